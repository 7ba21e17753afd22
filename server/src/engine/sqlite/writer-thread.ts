import { existsSync } from 'node:fs';
import { workerData } from 'node:worker_threads';

import { serveOperations } from '../../threads/serve-operations.ts';
import type { DatabaseThreadStart, WriterOperations } from './database-operations.ts';
import { openDatabase } from './open-database.ts';
import { OpenDatabases } from './open-databases.ts';
import { tableWrites } from './tables/table-writes.ts';

const { maxOpenDatabases } = workerData as DatabaseThreadStart;
const databases = new OpenDatabases(maxOpenDatabases, { mode: 'read-write' });

serveOperations<WriterOperations>({ createDatabase, settleDatabase, ...tableWrites }, () =>
  databases.closeAll(),
);

function createDatabase({ path, statements }: WriterOperations['createDatabase']['input']): void {
  const database = databases.get(path);
  database.exec('PRAGMA journal_mode = WAL');
  database.exec('BEGIN IMMEDIATE');
  try {
    for (const statement of statements) database.exec(statement);
    database.exec('COMMIT');
  } catch (error) {
    // On a full disk SQLite has rolled back already. https://www.sqlite.org/lang_transaction.html
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/**
 * Brings everything into the one file, so that it can be moved or replaced: the last connection that closes empties and
 * removes the write-ahead log. https://www.sqlite.org/wal.html#the_wal_file
 */
function settleDatabase({ path }: WriterOperations['settleDatabase']['input']): void {
  databases.close(path);
  if (!existsSync(path)) return;
  const database = openDatabase(path, { mode: 'read-write' });
  try {
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } finally {
    database.close();
  }
}
