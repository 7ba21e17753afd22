import type { DatabaseSync } from 'node:sqlite';

import { RowhouseError } from '../../../core/errors.ts';

/** Runs `write` in a new transaction, which is rolled back if `write` or the commit throws. */
export function writeTransaction<Result>(database: DatabaseSync, write: () => Result): Result {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = write();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    rollBack(database);
    throw explainCommitError(error);
  }
}

/** On a full disk SQLite has already rolled back. https://www.sqlite.org/lang_transaction.html */
export function rollBack(database: DatabaseSync): void {
  if (database.isTransaction) database.exec('ROLLBACK');
}

const CONSTRAINT_FOREIGNKEY = 787;

/** COMMIT checks the DEFERRED foreign keys. https://www.sqlite.org/foreignkeys.html#fk_deferred */
function explainCommitError(error: unknown): unknown {
  if (!(error instanceof Error) || !('errcode' in error) || error.errcode !== CONSTRAINT_FOREIGNKEY) {
    return error;
  }
  return new RowhouseError(
    'constraint_violation',
    'FOREIGN KEY constraint failed: a row references a row that does not exist.',
    {
      cause: error,
    },
  );
}
