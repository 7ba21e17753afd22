import type { DatabaseSync } from 'node:sqlite';

import { RowhouseError } from '../../../../core/errors.ts';
import { foldName, quoteIdentifier } from '../../../../schema/identifier.ts';
import type { StoredTable } from '../../../../schema/model.ts';
import { fullTextTablesOver } from '../../tables/full-text-tables.ts';
import { renameColumnMetadata } from '../../tables/metadata-writes.ts';
import { columnsOf } from '../../tables/visible-columns.ts';
import { withoutBrokenObjects } from '../without-broken-objects.ts';
import { assertNoSuchString } from './assert-no-such-string.ts';
import type { ColumnPlan } from './plan-column-change.ts';

/**
 * Renames columns; two may swap their names. SQLite rewrites the indexes, foreign keys, triggers and views that use them.
 * https://www.sqlite.org/lang_altertable.html#altertabmvcol
 * @throws RowhouseError `already_exists`; `conflict` if a full-text table reads a column by its name.
 */
export function renameColumns(
  database: DatabaseSync,
  table: StoredTable,
  plans: readonly Pick<ColumnPlan, 'column' | 'newName'>[],
): void {
  const renames = plans.flatMap(({ column, newName }) =>
    newName === null ? [] : [{ column, name: newName }],
  );
  const present = columnsOf(database, table).map(({ name }) => name);
  assertNamesDiffer(table, present, renames);
  assertNotReadByName(database, table, renames);
  const added = renames
    .map(({ name }) => name)
    .filter((name) => !present.some((each) => foldName(each) === foldName(name)));
  assertNoSuchString(database, table, added);
  // If a new name is still in use, all columns get temporary names first.
  const taken = new Set(present.map(foldName));
  const crossing = renames.length > 1 && renames.some(({ name }) => taken.has(foldName(name)));
  const between = renames.map(({ column }, position) =>
    crossing ? unusedColumnName(taken, position) : column,
  );
  const run = (pairs: readonly Rename[]) => {
    for (const pair of pairs) if (pair.column !== pair.name) renameColumn(database, table, pair);
  };
  const names = renames.map(({ column }) => column);
  const change = () => {
    run(renames.map(({ column }, position) => ({ column, name: between[position] ?? column })));
    run(renames.map(({ column, name }, position) => ({ column: between[position] ?? column, name })));
  };
  withoutBrokenObjects(database, { subject: 'column', names, change });
}

interface Rename {
  readonly column: string;
  readonly name: string;
}

function assertNamesDiffer(table: StoredTable, present: readonly string[], renames: readonly Rename[]): void {
  const after = present.map((column) => renames.find((rename) => rename.column === column)?.name ?? column);
  const twice = after.find((name, position) => after.map(foldName).indexOf(foldName(name)) !== position);
  if (twice === undefined) return;
  throw new RowhouseError('already_exists', `The table ${table.name} would have two columns ${twice}.`);
}

function assertNotReadByName(
  database: DatabaseSync,
  { name }: StoredTable,
  renames: readonly Rename[],
): void {
  for (const reader of fullTextTablesOver(database, name)) {
    const read = renames.find(({ column }) => reader.columns.has(foldName(column)));
    if (read !== undefined) throw readByName(reader.name, read.column);
  }
}

export function readByName(reader: string, column: string): RowhouseError {
  return new RowhouseError(
    'conflict',
    `The column ${column} cannot be renamed: the full-text table ${reader} reads it by this name.`,
  );
}

function unusedColumnName(taken: ReadonlySet<string>, position: number): string {
  let name = `renamed_${position}`;
  while (taken.has(name)) name = `_${name}`;
  return name;
}

function renameColumn(database: DatabaseSync, { name: table }: StoredTable, { column, name }: Rename): void {
  const [before, after] = [column, name].map(quoteIdentifier);
  database.prepare(`ALTER TABLE main.${quoteIdentifier(table)} RENAME COLUMN ${before} TO ${after}`).run();
  renameColumnMetadata(database, { table, column, name });
}
