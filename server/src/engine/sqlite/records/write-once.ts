import type { Written } from '../../../idempotency.ts';
import { runOnce } from '../idempotency/run-once.ts';
import { allowedTable, requireAllowed } from './allowed-table.ts';
import type { RecordDatabase } from './record-database.ts';
import type { WriteTarget } from './record-operations.ts';
import type { RecordTable } from './record-table.ts';

/**
 * Runs a write on a table, or gives what it gave the first time, when the table may be gone. Call it inside a transaction,
 * after `refresh`.
 * @throws RowhouseError `not_found`, `permission_denied`, `idempotency_mismatch`, and what the write throws.
 */
export function writeOnce<Result>(
  database: RecordDatabase,
  { table: reference, request }: WriteTarget,
  write: (table: RecordTable) => Result,
): Written<Result> {
  // A client that may not use the table does not learn what was written there either.
  requireAllowed(database, reference);
  return runOnce(database.connection, request, () => write(allowedTable(database, reference)));
}
