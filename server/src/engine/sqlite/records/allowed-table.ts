import { limitedToOtherTables, RowhouseError } from '../../../errors.ts';
import { includesName } from '../../../schema/identifier.ts';
import type { TableReference } from '../../project-records.ts';
import type { RecordDatabase } from './record-database.ts';
import type { RecordTable } from './record-table.ts';

/**
 * Call it inside a transaction, after `refresh`.
 * @throws RowhouseError `not_found`; `permission_denied` for a client that is limited to other tables.
 */
export function allowedTable(database: RecordDatabase, { nameOrId, allowed }: TableReference): RecordTable {
  if (allowed === null) return database.table(nameOrId);
  const table = findQuietly(database, nameOrId);
  if (!includesName(allowed, table?.name ?? nameOrId)) throw limitedToOtherTables();
  return table ?? database.table(nameOrId);
}

/** Whether there is such a table is nothing for a client that may not use it. */
function findQuietly(database: RecordDatabase, nameOrId: string): RecordTable | null {
  try {
    return database.table(nameOrId);
  } catch (error) {
    if (error instanceof RowhouseError && error.code === 'not_found') return null;
    throw error;
  }
}
