import type { IdempotentRequest, Replayable } from '../../../core/idempotency.ts';
import type { ImportReport } from '../../engine.ts';
import type { OpenDatabase } from '../connection/open-database.ts';
import { writeTransaction } from '../connection/write-transaction.ts';
import { copyStoredResults, idempotencyStoreOf } from '../idempotency/idempotency-store.ts';
import { findReplay } from '../idempotency/run-once.ts';
import type { StoredImport } from '../protocol/replacement.ts';

/**
 * What the import gave that this request repeats, where it does: the file that was imported holds it itself.
 * @throws RowhouseError `idempotency_mismatch`.
 */
export function findImport(
  database: OpenDatabase,
  request: IdempotentRequest,
): Replayable<ImportReport> | null {
  return writeTransaction(database, () => findReplay<ImportReport>(database, request));
}

/**
 * Keeps in the imported file, before it is put in its place, what earlier requests gave, and this one: the file is there with all of it
 * or not at all. Call it inside a transaction.
 * @param previous the project's database before, whose keys go on holding; null where it cannot be read any more. Not attached, as
 * ATTACH wants both to encode text alike.
 */
export function storeImportResult(
  imported: OpenDatabase,
  previous: OpenDatabase | null,
  { request, report }: StoredImport,
): void {
  if (previous !== null) copyStoredResults(previous, imported);
  if (request !== null) idempotencyStoreOf(imported).keep(request, JSON.stringify(report));
}
