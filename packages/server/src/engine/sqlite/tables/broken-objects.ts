import type { DatabaseSync } from 'node:sqlite';

import { RowhouseError } from '../../../core/errors.ts';
import { attachedDatabaseOf } from '../../../schema/ddl/create-trigger.ts';
import { withKnownCollations } from '../../../schema/ddl/text/known-collations.ts';
import { quoteIdentifier } from '../../../schema/identifier.ts';
import { queryRows } from '../introspection/query-rows.ts';
import { type DependentObject, readSchemaAgain, removeStoredObjects } from './stored-texts.ts';
import { unusedName } from './unused-name.ts';

/** The maximum number of broken objects. Each takes a pass over the whole schema while a client waits. */
const MAX_BROKEN_OBJECTS = 100;

export interface ProbeOptions {
  readonly most?: number;
  /** What will be renamed or dropped. SQLite is stricter for a column: a `"text"` that is no column is then no string. */
  readonly subject?: 'table' | 'column';
}

/**
 * The views, triggers and indexes that do not compile. SQLite compiles all of them before it renames a table or a column. So a probe
 * table is created and renamed, the object in SQLite's error is removed, and this repeats until there is no error; then everything is
 * rolled back. https://www.sqlite.org/lang_altertable.html#altertabrename
 * @throws RowhouseError `conflict` if there are more than `most` besides those that a query finds.
 */
export function brokenObjects(
  database: DatabaseSync,
  { most = MAX_BROKEN_OBJECTS, subject = 'table' }: ProbeOptions = {},
): readonly DependentObject[] {
  const probe = unusedName(database, '_rowhouse_probe');
  const renamed = quoteIdentifier(unusedName(database, '_rowhouse_probed'));
  const change = subject === 'table' ? `RENAME TO ${renamed}` : 'RENAME COLUMN a TO b';
  const rename = `ALTER TABLE main.${quoteIdentifier(probe)} ${change}`;
  const known = [...indexesWithoutCollation(database), ...triggersElsewhere(database)];
  const broken: DependentObject[] = [];
  database.exec('SAVEPOINT probe');
  try {
    database.exec(`CREATE TABLE main.${quoteIdentifier(probe)} (a)`);
    if (known.length > 0) removeStoredObjects(database, known);
    for (let next = firstBroken(database, rename); next !== null; next = firstBroken(database, rename)) {
      if (broken.length === most) {
        throw new RowhouseError('conflict', `More than ${most} views, triggers and indexes do not compile.`);
      }
      broken.push(next);
      removeStoredObjects(database, [next]);
    }
  } finally {
    database.exec('ROLLBACK TO probe');
    database.exec('RELEASE probe');
    if (known.length + broken.length > 0) readSchemaAgain(database);
  }
  return [...known, ...broken];
}

function indexesWithoutCollation(database: DatabaseSync): readonly DependentObject[] {
  const indexes = queryRows<[string, string, number]>(
    database,
    `SELECT m.name, CAST(m.sql AS TEXT), EXISTS (SELECT 1 FROM pragma_index_xinfo(m.name, 'main') x
       WHERE x.key AND x.coll COLLATE NOCASE NOT IN ('BINARY', 'NOCASE', 'RTRIM'))
     FROM main.sqlite_schema m WHERE m.type = 'index' AND m.sql IS NOT NULL`,
  );
  return indexes
    .filter(([, sql, isForeign]) => isForeign === 1 || withKnownCollations(sql) !== sql)
    .map(([name]) => ({ kind: 'index', name }));
}

/** Triggers that name an attached database. */
function triggersElsewhere(database: DatabaseSync): readonly DependentObject[] {
  const sql = "SELECT name, CAST(sql AS TEXT) FROM main.sqlite_schema WHERE type = 'trigger'";
  return queryRows<[string, string]>(database, sql)
    .filter(([, text]) => attachedDatabaseOf(text) !== null)
    .map(([name]) => ({ kind: 'trigger', name }));
}

export function dropObject(database: DatabaseSync, { kind, name }: DependentObject): void {
  database.prepare(`DROP ${kind} main.${quoteIdentifier(name)}`).run();
}

function firstBroken(database: DatabaseSync, rename: string): DependentObject | null {
  try {
    database.exec(rename);
    return null;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const found = objectNamedIn(database, error.message);
    if (found === null) throw error;
    return found;
  }
}

/** `error in view v: no such table: main.t`. A name may contain colons, so the longest matching name is used. */
function objectNamedIn(database: DatabaseSync, message: string): DependentObject | null {
  const rows = queryRows<[DependentObject['kind'], string]>(
    database,
    "SELECT type, name FROM main.sqlite_schema WHERE type IN ('view', 'trigger', 'index') ORDER BY length(name) DESC",
  );
  const found = rows.find(([kind, name]) =>
    ['', ' after rename'].some((when) => message.startsWith(`error in ${kind} ${name}${when}: `)),
  );
  return found === undefined ? null : { kind: found[0], name: found[1] };
}
