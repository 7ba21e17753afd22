import { statSync } from 'node:fs';

import { type OpenDatabase, openDatabase } from '../connection/open-database.ts';
import { explainSchemaFault } from './schema-fault.ts';

/**
 * Runs a change of the schema in one transaction, on a connection of its own: foreign keys are off on it from its first
 * moment, because inside a transaction that PRAGMA does nothing, and a table that is dropped to be made anew would
 * take the rows of its children along (ON DELETE CASCADE).
 * https://www.sqlite.org/lang_altertable.html#otheralter, https://www.sqlite.org/pragma.html#pragma_foreign_keys
 */
export function changeSchema<Result>(path: string, change: (database: OpenDatabase) => Result): Result {
  // Opening makes a file where there is none.
  statSync(path);
  // Imported files may rely on double-quoted strings; what clients send is compiled elsewhere, where they are off.
  const database = openDatabase(path, { mode: 'read-write', doubleQuotedStrings: true });
  try {
    database.exec('PRAGMA foreign_keys = OFF');
    database.exec('BEGIN IMMEDIATE');
    const result = change(database);
    database.exec('COMMIT');
    return result;
  } catch (error) {
    throw explainSchemaFault(error);
  } finally {
    // What was not committed is undone.
    database.close();
  }
}
