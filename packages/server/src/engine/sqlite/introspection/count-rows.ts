import type { DatabaseSync } from 'node:sqlite';

import { quoteIdentifier } from '../../../schema/identifier.ts';
import { queryRows } from './query-rows.ts';
import { isSqlError } from './sql-error.ts';

/**
 * The number of rows of a table; null if SQLite cannot read it: its module is missing, or a table that it reads. SQLite counts the entries
 * of an index, which may need a collation that is missing here; then it counts the rows.
 */
export function countRows(database: DatabaseSync, table: string): number | null {
  const count = `SELECT count(*) FROM main.${quoteIdentifier(table)}`;
  for (const sql of [count, `${count} NOT INDEXED`]) {
    try {
      return queryRows<[number]>(database, sql)[0]?.[0] ?? null;
    } catch (error) {
      if (!isSqlError(error)) throw error;
    }
  }
  return null;
}
