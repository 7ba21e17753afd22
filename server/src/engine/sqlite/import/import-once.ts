import { existsSync } from 'node:fs';

import type { IdempotentRequest, Written } from '../../../idempotency.ts';
import { isLostFile } from '../../../storage/is-lost-file.ts';
import type { ImportReport } from '../../engine.ts';
import { copyKeptResults, keptResultsOf } from '../idempotency/kept-results.ts';
import { findWritten } from '../idempotency/run-once.ts';
import { type OpenDatabase, openDatabase } from '../open-database.ts';
import { writeTransaction } from '../write-transaction.ts';

/**
 * What the import gave that this request repeats, where it does: the file that was imported holds it itself.
 * @throws RowhouseError `idempotency_mismatch`.
 */
export function findImport(database: OpenDatabase, request: IdempotentRequest): Written<ImportReport> | null {
  return writeTransaction(database, () => findWritten<ImportReport>(keptResultsOf(database), request));
}

export interface KeptImport {
  /** The file that is imported. Nobody has it open. */
  readonly path: string;
  /** The project's database before it, whose keys go on holding. */
  readonly previousPath: string;
  /** Null where the import has no key of its own. */
  readonly request: IdempotentRequest | null;
  readonly report: ImportReport;
}

/** Keeps in the file, before it is put in its place, what earlier requests gave, and this one: the file is there with all of it or not at all. */
export function keepImport({ path, previousPath, request, report }: KeptImport): void {
  const database = openDatabase(path, { mode: 'read-write' });
  try {
    writeTransaction(database, () => {
      takeOver(database, previousPath);
      if (request !== null) keptResultsOf(database).keep(request, JSON.stringify(report));
    });
  } finally {
    database.close();
  }
}

/** A database that cannot be read any more has no keys left. Not by ATTACH, which wants both to encode text alike. */
function takeOver(database: OpenDatabase, previousPath: string): void {
  if (!existsSync(previousPath)) return;
  try {
    using previous = openDatabase(previousPath, { mode: 'read-write' });
    copyKeptResults(previous, database);
  } catch (error) {
    if (!isLostFile(error)) throw error;
  }
}
