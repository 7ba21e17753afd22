import type { DatabaseSync } from 'node:sqlite';

import { RowhouseError } from '../../../../core/errors.ts';
import { invalidInput } from '../../../../core/subject-error.ts';
import { foldName, quoteIdentifier } from '../../../../schema/identifier.ts';
import type { StoredTable } from '../../../../schema/model.ts';
import type { IndexEntry, NewIndex } from '../../../project-tables.ts';
import { findTable } from '../../tables/find-table.ts';
import { indexesOf } from '../../tables/table-indexes.ts';
import { columnsOf } from '../../tables/visible-columns.ts';
import { assertNameIsFree } from '../tables/create-table.ts';
import { assertNoDuplicates } from './assert-no-duplicates.ts';

/**
 * Creates an index on columns of a table. Call it inside a transaction.
 * @throws RowhouseError `not_found`, `already_exists`, `validation_failed` for an unknown column, `conflict` on a virtual table,
 * `constraint_violation` if a unique index finds duplicate values.
 */
export function createIndex(database: DatabaseSync, nameOrId: string, index: NewIndex): IndexEntry {
  const table = findTable(database, nameOrId);
  if (table.kind === 'virtual') {
    throw new RowhouseError('conflict', 'A virtual table cannot have an index: its module stores its rows.');
  }
  const columns = columnNames(database, table, index);
  const name = index.name ?? defaultName(table.name, columns);
  assertNameIsFree(database, name);
  if (index.unique) assertNoDuplicates(database, table.name, { columns, showsValues: index.showsValues });
  const terms = columns.map(quoteIdentifier).join(', ');
  const create = index.unique ? 'CREATE UNIQUE INDEX' : 'CREATE INDEX';
  database.prepare(`${create} ${quoteIdentifier(name)} ON ${quoteIdentifier(table.name)} (${terms})`).run();
  const made = indexesOf(database, table).find((other) => other.name === name);
  if (made === undefined) throw new Error('an index is missing after it was created');
  return made;
}

function columnNames(
  database: DatabaseSync,
  table: StoredTable,
  { columns: requested }: NewIndex,
): readonly string[] {
  const columns = new Map(columnsOf(database, table).map(({ name }) => [foldName(name), name]));
  const names = requested.map((name, position) => {
    const found = columns.get(foldName(name));
    if (found === undefined) throw invalidInput(['columns', position], 'is not a column of the table');
    return found;
  });
  if (new Set(names).size < names.length) throw invalidInput(['columns'], 'must not name a column twice');
  return names;
}

/** The names of an imported table may have characters that the service does not allow in names. */
function defaultName(table: string, columns: readonly string[]): string {
  return ['idx', table, ...columns]
    .join('_')
    .replaceAll(/[^A-Za-z0-9_]/g, '_')
    .slice(0, 63);
}
