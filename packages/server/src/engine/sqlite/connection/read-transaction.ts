import type { DatabaseSync } from 'node:sqlite';

/**
 * Runs `read` with one consistent view of the database: in the transaction that is open, else in one of its own.
 * https://www.sqlite.org/isolation.html
 */
export function readTransaction<Result>(database: DatabaseSync, read: () => Result): Result {
  if (database.isTransaction) return read();
  database.exec('BEGIN');
  try {
    return read();
  } finally {
    // After an I/O error SQLite may have ended it already. https://www.sqlite.org/lang_transaction.html
    if (database.isTransaction) database.exec('COMMIT');
  }
}
