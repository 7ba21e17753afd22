import { isSqlError } from '../introspection/sql-error.ts';
import type { Condition } from './condition.ts';
import type { RecordDatabase } from './record-database.ts';
import type { RecordTable } from './record-table.ts';

/**
 * The number of rows for which the condition holds. To count all rows, SQLite counts the entries of an index, which may need a collation
 * that is missing here; then it counts the rows of the table.
 */
export function countRows(
  database: RecordDatabase,
  { kind, quoted }: RecordTable,
  { sql, values }: Condition,
): number {
  const count = (source: string): number => {
    const row = database.firstRow(`SELECT count(*) FROM ${source} WHERE ${sql}`, values);
    return Number(row?.[0] ?? 0);
  };
  try {
    return count(quoted);
  } catch (error) {
    if (kind !== 'table' || !isSqlError(error)) throw error;
    return count(`${quoted} NOT INDEXED`);
  }
}
