import type { IdempotentRequest, Replayable } from '../../../core/idempotency.ts';
import type { TableReference } from '../../project-records.ts';
import { findReplay, runOnce, storeResult } from '../idempotency/run-once.ts';
import type { Shape } from '../idempotency/stored-shapes.ts';
import type { WriteTarget } from '../protocol/record-methods.ts';
import { done, type NextWorker, type Routed } from '../protocol/routed.ts';
import { allowedTable, requireAllowed } from '../rows/allowed-table.ts';
import { explainingReads } from '../rows/read-errors.ts';
import type { RecordDatabase } from '../rows/record-database.ts';
import type { RecordTable } from '../rows/record-table.ts';

/**
 * Runs a write on a table, or returns its stored result, even if the table no longer exists. Call it inside a transaction, after
 * `refresh`.
 * @throws RowhouseError `not_found`, `permission_denied`, `idempotency_mismatch`, and the errors of the write.
 */
export function writeOnce<Result>(
  database: RecordDatabase,
  { table: reference, request }: WriteTarget,
  shape: Shape<Result>,
  write: (table: RecordTable) => Result,
): Replayable<Result> {
  // Checked first, so that a stored result reveals nothing about a table that the client may not use.
  requireAllowed(database, reference);
  return runOnce(database.connection, request, shape, () => withTable(database, reference, write));
}

/** The same for a write that may be forwarded. */
export function writeOnceOrForward<Result, Worker extends NextWorker>(
  database: RecordDatabase,
  { table: reference, request }: WriteTarget,
  shape: Shape<Result>,
  write: (table: RecordTable) => Routed<Result, Worker>,
): Routed<Replayable<Result>, Worker> {
  requireAllowed(database, reference);
  return runOnceOrForward(database, request, shape, () => withTable(database, reference, write));
}

/** Finding the rows to write may fail, because SQLite lacks something that the table needs. */
function withTable<Result>(
  database: RecordDatabase,
  reference: TableReference,
  write: (table: RecordTable) => Result,
): Result {
  const table = allowedTable(database, reference);
  return explainingReads(table, () => write(table));
}

/** `runOnce` for a write that may be forwarded: the worker that does the write stores its result. */
export function runOnceOrForward<Result, Worker extends NextWorker>(
  { connection }: RecordDatabase,
  request: IdempotentRequest | null,
  shape: Shape<Result>,
  write: () => Routed<Result, Worker>,
): Routed<Replayable<Result>, Worker> {
  const before = findReplay(connection, request, shape);
  if (before !== null) return done(before);
  const written = write();
  return written.kind === 'needs' ? written : done(storeResult(connection, request, written.result));
}
