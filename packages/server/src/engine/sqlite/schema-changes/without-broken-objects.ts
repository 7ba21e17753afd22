import type { DatabaseSync } from 'node:sqlite';

import { RowhouseError } from '../../../core/errors.ts';
import { firstStatement } from '../../../schema/ddl/text/first-statement.ts';
import { mentionsName } from '../../../schema/ddl/text/mentions-name.ts';
import { quoteIdentifier } from '../../../schema/identifier.ts';
import { queryRows } from '../introspection/query-rows.ts';
import { brokenObjects } from '../tables/broken-objects.ts';
import { type DependentObject, writeStoredTexts } from '../tables/stored-texts.ts';

interface StoredDependent extends DependentObject {
  /** The table or view that a trigger or an index belongs to. */
  readonly table: string;
  readonly isOnView: boolean;
  readonly sql: string;
}

interface RenameOrDrop<Result> {
  readonly subject: 'table' | 'column';
  /** The names that change. */
  readonly names: readonly string[];
  readonly change: () => Result;
}

/**
 * Runs a rename or a drop while the views, triggers and indexes that do not compile have another text, because SQLite refuses both while
 * there are any. Then they have their own text again.
 * @throws RowhouseError `conflict` if a broken object uses a name that changes, because SQLite cannot rewrite it.
 */
export function withoutBrokenObjects<Result>(
  database: DatabaseSync,
  { subject, names, change }: RenameOrDrop<Result>,
): Result {
  const broken = brokenObjects(database, { subject });
  if (broken.length === 0) return change();
  const setAside = storedDependents(database).filter((object) => isSetAside(object, broken));
  assertNoneMentions(setAside, names);
  writeStoredTexts(
    database,
    setAside.map((object) => ({ kind: object.kind, name: object.name, sql: harmlessText(object) })),
  );
  const result = change();
  writeStoredTexts(database, setAside);
  return result;
}

function assertNoneMentions(objects: readonly StoredDependent[], names: readonly string[]): void {
  for (const { kind, name, sql } of objects) {
    const mentioned = names.find((each) => mentionsName(firstStatement(sql), each));
    if (mentioned === undefined) continue;
    const message = `The ${kind} ${name} mentions ${mentioned} and does not compile, so it could not be updated for this change.`;
    throw new RowhouseError('conflict', message);
  }
}

function storedDependents(database: DatabaseSync): readonly StoredDependent[] {
  return queryRows<[DependentObject['kind'], string, string, number, string]>(
    database,
    `SELECT o.type, o.name, o.tbl_name, v.name IS NOT NULL, CAST(o.sql AS TEXT) FROM main.sqlite_schema o
     LEFT JOIN main.sqlite_schema v ON v.type = 'view' AND v.name = o.tbl_name COLLATE NOCASE
     WHERE o.type IN ('view', 'trigger', 'index') AND o.sql IS NOT NULL`,
  ).map(([kind, name, table, onView, sql]) => ({ kind, name, table, isOnView: onView === 1, sql }));
}

/** A trigger of a broken view may use its columns. */
function isSetAside(object: StoredDependent, broken: readonly DependentObject[]): boolean {
  return broken.some(
    ({ kind, name }) =>
      (kind === object.kind && name === object.name) || (kind === 'view' && name === object.table),
  );
}

/** A statement for the same object that depends on no column. No row is written while an index has it. */
function harmlessText({ kind, name, table, isOnView }: StoredDependent): string {
  const [own, other] = [quoteIdentifier(name), quoteIdentifier(table)];
  switch (kind) {
    case 'view':
      return `CREATE VIEW ${own} AS SELECT 1`;
    case 'trigger':
      return `CREATE TRIGGER ${own} ${isOnView ? 'INSTEAD OF' : 'AFTER'} DELETE ON ${other} BEGIN SELECT 1; END`;
    case 'index':
      return `CREATE INDEX ${own} ON ${other} ((1))`;
  }
}
