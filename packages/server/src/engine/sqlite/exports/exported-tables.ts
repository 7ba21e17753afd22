import { foldName } from '../../../schema/identifier.ts';
import type { TableReference } from '../../project-records.ts';
import { allowedTable } from '../rows/allowed-table.ts';
import type { RecordDatabase } from '../rows/record-database.ts';

/**
 * Returns the folded names of the tables and views whose rows an export of this table or view contains; null if a view reads something
 * else. Call it inside a transaction, after `refresh`.
 * @throws RowhouseError `not_found`; `permission_denied` for a client that is limited to other tables.
 */
export function exportedTables(
  database: RecordDatabase,
  reference: TableReference,
): readonly string[] | null {
  const table = allowedTable(database, reference);
  if (table.kind === 'table') return [foldName(table.name)];
  const read = database.tablesReadBy(table);
  return read === null ? null : [...read];
}
