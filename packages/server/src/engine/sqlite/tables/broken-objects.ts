import type { DatabaseSync } from 'node:sqlite';

import { RowhouseError } from '../../../core/errors.ts';
import { quoteIdentifier } from '../../../schema/identifier.ts';
import { queryRows } from '../introspection/query-rows.ts';
import { unusedName } from './unused-name.ts';

/** A view or a trigger. */
export interface ProgramObject {
  readonly kind: 'view' | 'trigger';
  readonly name: string;
}

/** The maximum number of broken views and triggers. Each takes a pass over the whole schema while a client waits. */
const MAX_BROKEN_OBJECTS = 100;

/**
 * The views and triggers that do not compile. SQLite compiles all of them before it renames a table. So a probe table is created and
 * renamed, the object in SQLite's error is dropped, and this repeats until there is no error; then everything is rolled back.
 * https://www.sqlite.org/lang_altertable.html#altertabrename
 * @throws RowhouseError `conflict` if there are more than `most`.
 */
export function brokenObjects(
  database: DatabaseSync,
  most: number = MAX_BROKEN_OBJECTS,
): readonly ProgramObject[] {
  const probe = unusedName(database, '_rowhouse_probe');
  database.exec('SAVEPOINT probe');
  try {
    database.exec(`CREATE TABLE main.${quoteIdentifier(probe)} (a)`);
    const broken: ProgramObject[] = [];
    for (let next = firstBroken(database, probe); next !== null; next = firstBroken(database, probe)) {
      if (broken.length === most) {
        throw new RowhouseError('conflict', `More than ${most} views and triggers do not compile.`);
      }
      broken.push(next);
      dropObject(database, next);
    }
    return broken;
  } finally {
    database.exec('ROLLBACK TO probe');
    database.exec('RELEASE probe');
  }
}

export function dropObject(database: DatabaseSync, { kind, name }: ProgramObject): void {
  database.prepare(`DROP ${kind === 'view' ? 'VIEW' : 'TRIGGER'} main.${quoteIdentifier(name)}`).run();
}

function firstBroken(database: DatabaseSync, probe: string): ProgramObject | null {
  const renamed = unusedName(database, '_rowhouse_probed');
  try {
    database.exec(`ALTER TABLE main.${quoteIdentifier(probe)} RENAME TO ${quoteIdentifier(renamed)}`);
    return null;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const found = objectNamedIn(database, error.message);
    if (found === null) throw error;
    return found;
  }
}

/** `error in view v: no such table: main.t`. A name may contain colons, so the longest matching name is used. */
function objectNamedIn(database: DatabaseSync, message: string): ProgramObject | null {
  const rows = queryRows<[ProgramObject['kind'], string]>(
    database,
    "SELECT type, name FROM main.sqlite_schema WHERE type IN ('view', 'trigger') ORDER BY length(name) DESC",
  );
  const found = rows.find(([kind, name]) =>
    ['', ' after rename'].some((when) => message.startsWith(`error in ${kind} ${name}${when}: `)),
  );
  return found === undefined ? null : { kind: found[0], name: found[1] };
}
