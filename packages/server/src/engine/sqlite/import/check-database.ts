import type { DatabaseSync } from 'node:sqlite';

import { errorToMessage } from '../../../runtime/threads/protocol.ts';
import { openDatabase } from '../connection/open-database.ts';
import { countRows } from '../introspection/count-rows.ts';
import { readStoredSchema } from '../introspection/read-stored-schema.ts';
import { hasForgedTables, OWN_NAMES } from '../tables/metadata-tables.ts';
import { shortened } from '../values/shortened.ts';
import type { CheckResult } from './check-database-file.ts';
import { cleanMetadata } from './clean-metadata.ts';
import { compileViews } from './compile-views.ts';
import { hasDisguisedObjects } from './disguised-objects.ts';
import { importWarnings } from './import-warnings.ts';
import { checkIntegrity } from './integrity.ts';

/** A database with thousands of ordinary views takes less than a second. Every JSON export takes as long. */
const VIEWS_MAX_MS = 10_000;

/**
 * Checks every page, index and constraint of the database file, counts its rows, and switches it to WAL mode. The larger the file, the
 * longer it runs, so it runs in a separate process.
 */
export function checkDatabase(path: string): CheckResult {
  try {
    const database = openDatabase(path, { mode: 'read-write', doubleQuotedStrings: true });
    try {
      return examine(database);
    } finally {
      database.close();
    }
  } catch (error) {
    if (!isErrorOfTheFile(error)) return { kind: 'failed', error: errorToMessage(error) };
    return { kind: 'unsound', message: `SQLite rejects the file: ${shortened(error.message)}.` };
  }
}

function examine(database: DatabaseSync): CheckResult {
  const integrity = checkIntegrity(database);
  if (!integrity.sound) return { kind: 'unsound', message: `The database is damaged: ${integrity.problem}.` };
  if (hasDisguisedObjects(database)) {
    return { kind: 'unsound', message: 'The schema is damaged: it stores the type of an object wrongly.' };
  }
  if (!compileViews(database, VIEWS_MAX_MS)) {
    return { kind: 'unsound', message: 'The views cannot be used: SQLite takes too long to compile them.' };
  }
  if (hasForgedTables(database)) {
    const message = `The names ${OWN_NAMES.join(', ')} are reserved for the service, but the file uses them.`;
    return { kind: 'unsound', message };
  }
  // The stored results belong to requests from before the import.
  database.exec('DROP TABLE IF EXISTS _rowhouse_idempotency');
  cleanMetadata(database);
  const { tables } = readStoredSchema(database);
  const ordinary = tables.filter((table) => table.kind === 'table').map((table) => table.name);
  const warnings = [...integrity.warnings, ...importWarnings(database, ordinary)];
  const rows = ordinary.reduce((sum, table) => sum + (countRows(database, table) ?? 0), 0);
  database.exec('PRAGMA journal_mode = WAL');
  return { kind: 'sound', database: { tables: tables.length, rows, warnings } };
}

/** I/O errors and a full disk are the service's; every other error of SQLite is about the file. */
function isErrorOfTheFile(error: unknown): error is Error {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return false;
  const primaryCode = error.errcode & 0xff;
  return primaryCode !== 10 && primaryCode !== 13 && primaryCode !== 14;
}
