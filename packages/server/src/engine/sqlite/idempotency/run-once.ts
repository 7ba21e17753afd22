import { idempotencyMismatch } from '../../../core/errors.ts';
import type { IdempotentRequest, Replayable } from '../../../core/idempotency.ts';
import type { OpenDatabase } from '../connection/open-database.ts';
import { idempotencyStoreOf } from './idempotency-store.ts';

/**
 * Runs `write`, or returns the stored result of the same request. Call it inside the transaction of the write, so that both are
 * stored or neither is. An error is not stored, because a failed write has no effect.
 * @param write returns plain data.
 * @throws RowhouseError `idempotency_mismatch`.
 */
export function runOnce<Result>(
  connection: OpenDatabase,
  request: IdempotentRequest | null,
  write: () => Result,
): Replayable<Result> {
  return findReplay<Result>(connection, request) ?? storeResult(connection, request, write());
}

/** The stored result of the request, or null for a new request. @throws RowhouseError `idempotency_mismatch`. */
export function findReplay<Result>(
  connection: OpenDatabase,
  request: IdempotentRequest | null,
): Replayable<Result> | null {
  if (request === null) return null;
  const kept = idempotencyStoreOf(connection).find(request);
  if (kept === null) return null;
  if (kept.requestSha256 !== request.requestSha256) throw idempotencyMismatch();
  return { result: JSON.parse(kept.result) as Result, replayOf: kept.requestId };
}

/** Stores the result of a request that has an idempotency key. */
export function storeResult<Result>(
  connection: OpenDatabase,
  request: IdempotentRequest | null,
  result: Result,
): Replayable<Result> {
  if (request !== null) idempotencyStoreOf(connection).keep(request, JSON.stringify(result));
  return { result, replayOf: null };
}
