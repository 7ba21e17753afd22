import type { CreatedRecords, NewRecords } from '../../project-records.ts';
import type { RecordDatabase } from '../rows/record-database.ts';
import type { RecordTable } from '../rows/record-table.ts';
import { insertRecord } from './insert-record.ts';

/** Call it inside a transaction, which an error rolls back. @throws RowhouseError as `insertRecord` does. */
export function insertRecords(
  database: RecordDatabase,
  table: RecordTable,
  { rows, onConflict, returnRows }: NewRecords,
): CreatedRecords {
  const outcomes = { created: 0, updated: 0, ignored: 0 };
  const texts: string[] = [];
  for (const [index, row] of rows.entries()) {
    const inserted = insertRecord(database, table, { row, onConflict }, ['rows', index]);
    outcomes[inserted.outcome]++;
    if (returnRows) texts.push(inserted.rowJson);
  }
  return { table: table.name, ...outcomes, rowsJson: returnRows ? `[${texts.join(',')}]` : null };
}
