import { idempotencyMismatch } from '../../../core/errors.ts';
import type { IdempotentRequest, Replayable } from '../../../core/idempotency.ts';
import type { OpenDatabase } from '../connection/open-database.ts';
import { idempotencyStoreOf, type StoredResult } from './idempotency-store.ts';
import type { Shape } from './stored-shapes.ts';

/**
 * Runs `write`, or returns the stored result of the same request. Call it inside the transaction of the write, so that both are
 * stored or neither is. An error is not stored, because a failed write has no effect.
 * @param write returns plain data of this shape.
 * @throws RowhouseError `idempotency_mismatch`; Error as `findReplay` does.
 */
export function runOnce<Result>(
  connection: OpenDatabase,
  request: IdempotentRequest | null,
  shape: Shape<Result>,
  write: () => Result,
): Replayable<Result> {
  return findReplay(connection, request, shape) ?? storeResult(connection, request, write());
}

/**
 * The stored result of the request, or null for a new request. Another program may have changed the file, so a result of another shape is
 * an error: running the write again could apply it twice.
 * @throws RowhouseError `idempotency_mismatch`; Error, without any content of the file, if the result is not of this shape.
 */
export function findReplay<Result>(
  connection: OpenDatabase,
  request: IdempotentRequest | null,
  shape: Shape<Result>,
): Replayable<Result> | null {
  if (request === null) return null;
  const kept = idempotencyStoreOf(connection).find(request);
  if (kept === null) return null;
  if (kept.requestSha256 !== request.requestSha256) throw idempotencyMismatch();
  const result = parsed(kept);
  if (!shape(result) || !REQUEST_ID.test(kept.requestId)) throw unsoundResult();
  return { result, replayOf: kept.requestId };
}

/** The ids that the service gives to requests. The answer repeats the id. */
const REQUEST_ID = /^[\w-]{1,64}$/;

function parsed({ result }: StoredResult): unknown {
  try {
    return JSON.parse(result ?? '');
  } catch {
    throw unsoundResult();
  }
}

/** The client gets `internal_error`. */
function unsoundResult(): Error {
  return new Error('the stored result of an idempotency key is not what the service stores; it was not sent');
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
