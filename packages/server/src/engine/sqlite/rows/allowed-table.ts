import { limitedToOtherTables, RowhouseError } from '../../../core/errors.ts';
import { includesName } from '../../../schema/identifier.ts';
import type { TableReference } from '../../project-records.ts';
import type { RecordDatabase } from './record-database.ts';
import type { RecordTable } from './record-table.ts';

/**
 * Call it inside a transaction, after `refresh`.
 * @throws RowhouseError `not_found`; `permission_denied` for a client that is limited to other tables.
 */
export function allowedTable(database: RecordDatabase, reference: TableReference): RecordTable {
  requireAllowed(database, reference);
  const table = database.table(reference.nameOrId, reference.valueFormat);
  return reference.writtenRows === 'keys' ? { ...table, answered: table.key ?? [] } : table;
}

/**
 * Does not reveal whether the table exists.
 * @throws RowhouseError `permission_denied`.
 */
export function requireAllowed(database: RecordDatabase, reference: TableReference): void {
  const { allowed } = reference;
  if (allowed === null) return;
  const name = findQuietly(database, reference)?.name ?? reference.nameOrId;
  if (!includesName(allowed, name)) throw limitedToOtherTables();
}

function findQuietly(
  database: RecordDatabase,
  { nameOrId, valueFormat }: TableReference,
): RecordTable | null {
  try {
    return database.table(nameOrId, valueFormat);
  } catch (error) {
    if (error instanceof RowhouseError && error.code === 'not_found') return null;
    throw error;
  }
}
