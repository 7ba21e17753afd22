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
 * Replaces a project's database with a file. If a step fails or the service crashes after any step, the project has either its
 * complete old database or the new one:
 *
 * 1. The old database is locked against other programs; its log is checkpointed and emptied.
 * 2. The new file receives the idempotency keys, its log is emptied, and the file is synced.
 * 3. The files beside the old database are removed, and the removal is synced. The old file is complete without them; an old log beside
 *    the new file would corrupt it. https://www.sqlite.org/howtocorrupt.html
 * 4. The new file is renamed over the old one, and the rename is synced.
 *
 * The lock is kept until the end, because a program that opened the old file after step 1 would write a log beside the new one.
 * When the connection is closed, SQLite notices that its file was moved and does not touch the log of the new database.
 * @throws RowhouseError `unavailable` while another program has the old database open.
 */
export function replaceDatabase({ path, uploadPath, ...kept }: Replacement): void {
  // Opening a missing file for writing would create it.
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

/** Locks the database exclusively and checkpoints its log. Null if there is no database that SQLite can read. */
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
    // In WAL mode any other open connection holds a lock, even an idle one. This waits for it.
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
    // Closing would do the same, but would not report a failure.
    emptyLog(database);
  } finally {
    database.close();
  }
  assertLogEmpty(path);
  syncFileNow(path);
}

/**
 * Checkpoints the write-ahead log into the database file, synced, and truncates the log.
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

/** Removing a log that is not empty would lose its content. */
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
