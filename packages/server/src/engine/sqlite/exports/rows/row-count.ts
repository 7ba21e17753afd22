import { explainingReads } from '../../rows/read-errors.ts';
import type { RecordDatabase } from '../../rows/record-database.ts';
import type { RowSource } from './row-source.ts';

/** The number of rows to export. */
export function countRows(database: RecordDatabase, { table, where, limit, offset }: RowSource): number {
  const sql = `SELECT count(*) FROM ${table.quoted} WHERE ${where.sql}`;
  const row = explainingReads(table, () => database.firstRow(sql, where.values));
  const rows = Math.max(0, Number(row?.[0] ?? 0) - offset);
  return limit === null ? rows : Math.min(rows, limit);
}
