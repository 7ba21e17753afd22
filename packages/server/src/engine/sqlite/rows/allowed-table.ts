import { limitedToOtherTables, RowhouseError } from '../../../core/errors.ts';
import { includesName } from '../../../schema/identifier.ts';
import type { TableReference } from '../../project-records.ts';
import { isErrorOfStatement } from '../introspection/sql-error.ts';
import { isWithin } from '../limits/tables-read.ts';
import type { RecordDatabase } from './record-database.ts';
import type { RecordTable } from './record-table.ts';

/**
 * Call it inside a transaction, after `refresh`.
 * @throws RowhouseError `not_found`; `permission_denied` for a client that is limited to other tables.
 */
export function allowedTable(database: RecordDatabase, reference: TableReference): RecordTable {
  requireAllowed(database, reference);
  const { nameOrId, allowed, valueFormat, writtenRows } = reference;
  const table = database.table(nameOrId, valueFormat);
  if (allowed === null && writtenRows === 'whole') return table;
  const answered = writtenRows === 'keys' ? (table.key ?? []) : table.answered;
  return { ...table, answered, namedInErrors: allowed };
}

/**
 * Does not reveal whether the table exists. A limited client reads and writes a view or a virtual table only if everything that it reads
 * is among the client's tables.
 * @throws RowhouseError `permission_denied`.
 */
export function requireAllowed(
  database: RecordDatabase,
  reference: Pick<TableReference, 'nameOrId' | 'allowed' | 'valueFormat'>,
): void {
  const { allowed, nameOrId } = reference;
  if (allowed === null) return;
  const table = findQuietly(database, reference);
  if (!includesName(allowed, table?.name ?? nameOrId)) throw limitedToOtherTables();
  if (table !== null && table.kind !== 'table') requireReads(database, table, allowed);
}

function requireReads(database: RecordDatabase, table: RecordTable, allowed: readonly string[]): void {
  const read = explained(() => database.tablesReadBy(table));
  if (!isWithin(read, allowed)) throw limitedToOtherTables();
}

/** Null if there is no such table. */
function findQuietly(
  database: RecordDatabase,
  { nameOrId, valueFormat }: Pick<TableReference, 'nameOrId' | 'valueFormat'>,
): RecordTable | null {
  try {
    return database.table(nameOrId, valueFormat);
  } catch (error) {
    if (!(error instanceof RowhouseError)) throw error;
    if (error.code === 'not_found') return null;
    // A view that does not compile. The reason names what it reads.
    throw limitedToOtherTables({ cause: error.cause });
  }
}

/** The cause is kept, because another worker has higher limits for a statement. */
function explained<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw isErrorOfStatement(error) ? limitedToOtherTables({ cause: error }) : error;
  }
}
