import type { Replayable } from '../../../core/idempotency.ts';
import { runOnce } from '../idempotency/run-once.ts';
import type { WriteTarget } from '../protocol/record-methods.ts';
import { allowedTable, requireAllowed } from '../rows/allowed-table.ts';
import type { RecordDatabase } from '../rows/record-database.ts';
import type { RecordTable } from '../rows/record-table.ts';

/**
 * Runs a write on a table, or gives what it gave the first time, when the table may be gone. Call it inside a transaction,
 * after `refresh`.
 * @throws RowhouseError `not_found`, `permission_denied`, `idempotency_mismatch`, and what the write throws.
 */
export function writeOnce<Result>(
  database: RecordDatabase,
  { table: reference, request }: WriteTarget,
  write: (table: RecordTable) => Result,
): Replayable<Result> {
  // A client that may not use the table does not learn what was written there either.
  requireAllowed(database, reference);
  return runOnce(database.connection, request, () => write(allowedTable(database, reference)));
}
