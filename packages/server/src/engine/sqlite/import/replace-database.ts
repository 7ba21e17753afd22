import { renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

import { RowhouseError } from '../../../core/errors.ts';
import { isLostFile } from '../../../runtime/disk/is-lost-file.ts';
import { syncDirectoryNow, syncFileNow } from '../../../runtime/disk/sync.ts';
import { DATABASE_COMPANIONS } from '../connection/database-companions.ts';
import { type OpenDatabase, openDatabase } from '../connection/open-database.ts';
import { writeTransaction } from '../connection/write-transaction.ts';
import { queryRows } from '../introspection/query-rows.ts';
import type { StoredImport, Replacement } from '../protocol/replacement.ts';
import { storeImportResult } from './store-import-result.ts';

/**
 * Puts a file in the place of a project's database. Whatever step fails, or is the last one before a crash, the project has all
 * that the old database held, or the new database:
 *
 * 1. The old database is locked, so that no other program can read or write it, and its log is brought into it and emptied.
 * 2. The new file gets the idempotency keys, its own log is emptied, and the file is synced.
 * 3. What is left beside the old database is removed, and the removal synced. The old file is whole without it; the new file beside an
 *    old log would be damaged. https://www.sqlite.org/howtocorrupt.html
 * 4. The rename, which is synced.
 *
 * The lock is kept until the end: a program that opened the old file after step 1 would write a log beside the new one.
 * When the connection is closed, SQLite sees that its file was moved, and leaves the log of the new database alone.
 * @throws RowhouseError `unavailable` while another program has the old database open.
 */
export function replaceDatabase({ path, uploadPath, ...kept }: Replacement): void {
  // To open a file for writing would make it where it is missing.
  statSync(uploadPath);
  const previous = lockWhole(path);
  try {
    finishUpload(uploadPath, previous, kept);
    if (previous !== null) assertLogEmpty(path);
    for (const suffix of DATABASE_COMPANIONS) rmSync(path + suffix, { force: true });
    syncDirectoryNow(dirname(path));
    renameSync(uploadPath, path);
    syncDirectoryNow(dirname(path));
  } finally {
    previous?.close();
  }
}

/** Locks the database against everybody and brings its log into its file. Null where there is no database that SQLite can read. */
function lockWhole(path: string): OpenDatabase | null {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return null;
  try {
    return locked(path);
  } catch (error) {
    if (isLostFile(error)) return null;
    throw isBusy(error) ? databaseInUse(error) : error;
  }
}

function locked(path: string): OpenDatabase {
  const database = openDatabase(path, { mode: 'read-write', keepsLocks: true });
  try {
    // Another connection that only has the database open holds a lock in WAL mode, and is waited for.
    database.exec('BEGIN EXCLUSIVE; COMMIT');
    emptyLog(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function finishUpload(path: string, previous: OpenDatabase | null, kept: StoredImport): void {
  const database = openDatabase(path, { mode: 'read-write' });
  try {
    writeTransaction(database, () => storeImportResult(database, previous, kept));
    // Closing would do it too, and would not say where it failed.
    emptyLog(database);
  } finally {
    database.close();
  }
  assertLogEmpty(path);
  syncFileNow(path);
}

/**
 * Brings the write-ahead log into the database file, synced, and makes the log empty.
 * https://www.sqlite.org/pragma.html#pragma_wal_checkpoint
 */
function emptyLog(database: OpenDatabase): void {
  const [row] = queryRows<[busy: number, frames: number, checkpointed: number]>(
    database,
    'PRAGMA wal_checkpoint(TRUNCATE)',
  );
  const [busy, frames, checkpointed] = row ?? [1, 0, 0];
  if (busy !== 0 || frames !== checkpointed) throw databaseInUse();
}

/** What is not in the database file would be lost with the log. */
function assertLogEmpty(path: string): void {
  const log = statSync(`${path}-wal`, { throwIfNoEntry: false });
  if (log !== undefined && log.size > 0) throw databaseInUse();
}

const SQLITE_BUSY = 5;

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === SQLITE_BUSY;
}

function databaseInUse(cause?: unknown): RowhouseError {
  return new RowhouseError(
    'unavailable',
    'Another program has the project’s database open, so the import cannot replace it. Nothing was changed.',
    { cause },
  );
}
