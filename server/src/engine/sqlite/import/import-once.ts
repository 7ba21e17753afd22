import type { DatabaseSync } from 'node:sqlite';

import type { IdempotentRequest, Written } from '../../../idempotency.ts';
import type { ImportReport } from '../../engine.ts';
import { keptResultsOf } from '../idempotency/kept-results.ts';
import { findWritten } from '../idempotency/run-once.ts';
import { openDatabase } from '../open-database.ts';
import { writeTransaction } from '../write-transaction.ts';

/**
 * What the import gave that this request repeats, where it does: the file that was imported holds it itself.
 * @throws RowhouseError `idempotency_mismatch`.
 */
export function findImport(database: DatabaseSync, request: IdempotentRequest): Written<ImportReport> | null {
  return writeTransaction(database, () => findWritten<ImportReport>(keptResultsOf(database), request));
}

/** Keeps it in the file at `path`, which nobody has open, before that is put in its place: both are there or neither. */
export function keepImport(path: string, request: IdempotentRequest, report: ImportReport): void {
  const database = openDatabase(path, { mode: 'read-write' });
  try {
    writeTransaction(database, () => keptResultsOf(database).keep(request, JSON.stringify(report)));
  } finally {
    database.close();
  }
}
