import { statSync } from 'node:fs';

import { type OpenDatabase, openDatabase } from '../connection/open-database.ts';
import { keepFullTextReadable } from '../tables/full-text-tables.ts';
import { explainSchemaError } from './schema-errors.ts';

/**
 * Runs a change of the schema in one transaction on a new connection. Foreign keys are turned off first, because that PRAGMA has no
 * effect inside a transaction, and dropping a table to recreate it would delete its children (ON DELETE CASCADE).
 * https://www.sqlite.org/lang_altertable.html#otheralter, https://www.sqlite.org/pragma.html#pragma_foreign_keys
 */
export function changeSchema<Result>(path: string, change: (database: OpenDatabase) => Result): Result {
  // Opening a missing file would create it.
  statSync(path);
  // Imported files may rely on double-quoted strings. SQL of clients is compiled elsewhere, where they are off.
  const database = openDatabase(path, { mode: 'read-write', doubleQuotedStrings: true });
  try {
    database.exec('PRAGMA foreign_keys = OFF');
    database.exec('BEGIN IMMEDIATE');
    const result = keepFullTextReadable(database, () => change(database));
    database.exec('COMMIT');
    return result;
  } catch (error) {
    throw explainSchemaError(error);
  } finally {
    // Closing rolls back an uncommitted transaction.
    database.close();
  }
}
