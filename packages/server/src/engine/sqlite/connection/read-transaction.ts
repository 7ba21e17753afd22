import type { DatabaseSync } from 'node:sqlite';

/**
 * Runs `read` with one consistent view of the database, in the open transaction if there is one.
 * https://www.sqlite.org/isolation.html
 */
export function readTransaction<Result>(database: DatabaseSync, read: () => Result): Result {
  if (database.isTransaction) return read();
  database.exec('BEGIN');
  try {
    return read();
  } finally {
    // SQLite may have ended the transaction after an I/O error. https://www.sqlite.org/lang_transaction.html
    if (database.isTransaction) database.exec('COMMIT');
  }
}
