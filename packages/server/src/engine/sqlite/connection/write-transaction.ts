import type { DatabaseSync } from 'node:sqlite';

import { RowhouseError } from '../../../core/errors.ts';

/** Runs `write` in a transaction of its own: all of it has effect, or, where it or the commit throws, nothing. */
export function writeTransaction<Result>(database: DatabaseSync, write: () => Result): Result {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = write();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    rollBack(database);
    throw explainCommitFault(error);
  }
}

/** On a full disk SQLite has rolled back already. https://www.sqlite.org/lang_transaction.html */
export function rollBack(database: DatabaseSync): void {
  if (database.isTransaction) database.exec('ROLLBACK');
}

const CONSTRAINT_FOREIGNKEY = 787;

/** A foreign key that is DEFERRED is checked by the COMMIT. https://www.sqlite.org/foreignkeys.html#fk_deferred */
function explainCommitFault(error: unknown): unknown {
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
