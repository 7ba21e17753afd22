import type { IdempotentRequest, Replayable } from '../../../core/idempotency.ts';
import type { ImportReport } from '../../engine.ts';
import type { OpenDatabase } from '../connection/open-database.ts';
import { writeTransaction } from '../connection/write-transaction.ts';
import { copyStoredResults, idempotencyStoreOf } from '../idempotency/idempotency-store.ts';
import { findReplay } from '../idempotency/run-once.ts';
import { storedResults } from '../idempotency/stored-results.ts';
import type { StoredImport } from '../protocol/replacement.ts';

/**
 * The stored result of an import, if the request repeats one. The imported file contains it.
 * @throws RowhouseError `idempotency_mismatch`.
 */
export function findImport(
  database: OpenDatabase,
  request: IdempotentRequest,
): Replayable<ImportReport> | null {
  return writeTransaction(database, () => findReplay(database, request, storedResults.importReport));
}

/**
 * Stores the results of earlier requests, and of this one, in the imported file before it replaces the database, so that they take
 * effect together. Call it inside a transaction.
 * @param previous the project's old database, whose idempotency keys remain valid; null if it cannot be read. It is not attached,
 * because ATTACH requires the same text encoding.
 */
export function storeImportResult(
  imported: OpenDatabase,
  previous: OpenDatabase | null,
  { request, report }: StoredImport,
): void {
  if (previous !== null) copyStoredResults(previous, imported);
  if (request !== null) idempotencyStoreOf(imported).keep(request, JSON.stringify(report));
}
