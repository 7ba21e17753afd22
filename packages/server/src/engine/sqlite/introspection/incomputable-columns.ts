import type { DatabaseSync } from 'node:sqlite';

import { quoteIdentifier } from '../../../schema/identifier.ts';
import type { ColumnFacts } from './column-facts.ts';
import { isSqlError } from './sql-error.ts';

/**
 * The names of the generated columns that SQLite cannot compute here, because a function or a collation is missing. SQLite compiles the
 * expression of a virtual column when the column is read; a stored column needs only its value.
 */
export function incomputableColumns(
  database: DatabaseSync,
  table: string,
  columns: readonly Pick<ColumnFacts, 'name' | 'generated'>[],
): readonly string[] {
  const names = columns.filter(({ generated }) => generated === 'virtual').map(({ name }) => name);
  if (names.length === 0 || compiles(database, table, names)) return [];
  return names.filter((name) => !compiles(database, table, [name]));
}

function compiles(database: DatabaseSync, table: string, names: readonly string[]): boolean {
  try {
    database.prepare(`SELECT ${names.map(quoteIdentifier).join(', ')} FROM main.${quoteIdentifier(table)}`);
    return true;
  } catch (error) {
    if (isSqlError(error)) return false;
    throw error;
  }
}
