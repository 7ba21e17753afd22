import { DatabaseSync } from 'node:sqlite';

/** The rows of one statement, read in this process: the shell would take twenty times as long. */
export function queryDatabase(path: string, sql: string): readonly Readonly<Record<string, unknown>>[] {
  using database = new DatabaseSync(path, { readOnly: true });
  return database.prepare(sql).all();
}
