import type { DatabaseSync } from 'node:sqlite';

/** Runs `work` in a transaction. */
export function inTransaction<Result>(database: DatabaseSync, work: () => Result): Result {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    // SQLite may have ended the transaction already, for example because the disk is full.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}
