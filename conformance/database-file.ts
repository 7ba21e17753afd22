import { DatabaseSync } from 'node:sqlite';

/** The bytes of a SQLite file created by these statements. */
export function databaseFile(statements: string): Uint8Array<ArrayBuffer> {
  using database = new DatabaseSync(':memory:');
  database.exec(statements);
  return database.serialize().slice();
}
