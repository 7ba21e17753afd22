import { idempotencyMismatch } from '../core/errors.ts';
import { IDEMPOTENCY_KEPT_MS, type SealedRequest, type Replayable } from '../core/idempotency.ts';
import type { Catalog } from './catalog.ts';
import { seal, unseal } from './sealed-text.ts';

const PURPOSE = 'rowhouse idempotency';

/**
 * Runs `write` in a transaction and stores its result. If the same request already succeeded, returns the stored result
 * instead. An error is not stored, because it had no effect.
 * @param write returns plain data.
 * @throws RowhouseError `idempotency_mismatch`.
 */
export async function writeOnce<Result>(
  catalog: Catalog,
  request: SealedRequest | null,
  write: (transaction: Catalog) => Promise<Result>,
): Promise<Replayable<Result>> {
  return catalog.transaction().execute(async (transaction) => {
    const before = await findReplay<Result>(transaction, request);
    if (before !== null) return before;
    const result = await write(transaction);
    await storeResult(transaction, request, result);
    return { result, replayOf: null };
  });
}

/**
 * Like `writeOnce`, for work that is not a transaction: the result is stored after the work is done. If the service dies
 * between the two, the work runs again, so use this only for work that may safely run twice.
 * @throws RowhouseError `idempotency_mismatch`.
 */
export async function workOnce<Result>(
  catalog: Catalog,
  request: SealedRequest | null,
  work: () => Promise<Result>,
): Promise<Replayable<Result>> {
  const before = await findReplay<Result>(catalog, request);
  if (before !== null) return before;
  const result = await work();
  if (request !== null) {
    await catalog.transaction().execute((transaction) => storeResult(transaction, request, result));
  }
  return { result, replayOf: null };
}

/**
 * Returns the stored result of the request; null for a first request or without a key.
 * @throws RowhouseError `idempotency_mismatch`, also if another credential used the key: only that credential can decrypt
 * the result.
 */
export async function findReplay<Result>(
  catalog: Catalog,
  request: SealedRequest | null,
): Promise<Replayable<Result> | null> {
  if (request === null) return null;
  const row = await catalog
    .selectFrom('idempotency_keys')
    .selectAll()
    .where('key', '=', request.key)
    .where('project_id', request.projectId === null ? 'is' : '=', request.projectId)
    .executeTakeFirst();
  if (row === undefined || row.created_at < oldestKept()) return null;
  if (row.request_sha256 !== request.requestSha256) throw idempotencyMismatch();
  const result = unseal(row.result, request.credential, PURPOSE);
  if (result === null) throw idempotencyMismatch();
  return { result: JSON.parse(result) as Result, replayOf: row.request_id };
}

/** Stores the result of the request. Call it in the transaction that produced the result. Does nothing without a key. */
export async function storeResult(
  transaction: Catalog,
  request: SealedRequest | null,
  result: unknown,
): Promise<void> {
  if (request === null) return;
  await transaction.deleteFrom('idempotency_keys').where('created_at', '<', oldestKept()).execute();
  await transaction
    .insertInto('idempotency_keys')
    .values({
      project_id: request.projectId,
      key: request.key,
      request_sha256: request.requestSha256,
      request_id: request.requestId,
      result: seal(JSON.stringify(result), request.credential, PURPOSE),
      created_at: Date.now(),
    })
    .execute();
}

function oldestKept(): number {
  return Date.now() - IDEMPOTENCY_KEPT_MS;
}
