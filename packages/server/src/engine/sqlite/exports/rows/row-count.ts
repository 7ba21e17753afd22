import { countRows } from '../../rows/count-rows.ts';
import { explainingReads } from '../../rows/read-errors.ts';
import type { RecordDatabase } from '../../rows/record-database.ts';
import type { RowSource } from './row-source.ts';

/** The number of rows to export. */
export function countExportedRows(
  database: RecordDatabase,
  { table, where, limit, offset }: RowSource,
): number {
  const all = explainingReads(table, () => countRows(database, table, where));
  const rows = Math.max(0, all - offset);
  return limit === null ? rows : Math.min(rows, limit);
}
