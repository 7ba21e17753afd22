import { idempotencyMismatch } from '../../../core/errors.ts';
import type { IdempotentRequest, Replayable } from '../../../core/idempotency.ts';
import type { OpenDatabase } from '../connection/open-database.ts';
import { type IdempotencyStore, idempotencyStoreOf } from './idempotency-store.ts';

/**
 * Runs `write`, unless the same request was answered before: then it gives what that one gave. Call it inside the
 * transaction of the write, so that both are stored or neither is. What throws is not kept: it had no effect.
 * @param write gives plain data, or null where it did nothing and somebody else is to do it.
 * @throws RowhouseError `idempotency_mismatch`.
 */
export function runOnce<Result>(
  connection: OpenDatabase,
  request: IdempotentRequest | null,
  write: () => Result,
): Replayable<Result> {
  if (request === null) return { result: write(), replayOf: null };
  const results = idempotencyStoreOf(connection);
  const before = findReplay<Result>(results, request);
  if (before !== null) return before;
  const result = write();
  if (result !== null) results.keep(request, JSON.stringify(result));
  return { result, replayOf: null };
}

/** What the request gave the first time; null where this is the first. @throws RowhouseError `idempotency_mismatch`. */
export function findReplay<Result>(
  results: IdempotencyStore,
  request: IdempotentRequest,
): Replayable<Result> | null {
  const kept = results.find(request);
  if (kept === null) return null;
  if (kept.requestSha256 !== request.requestSha256) throw idempotencyMismatch();
  return { result: JSON.parse(kept.result) as Result, replayOf: kept.requestId };
}
