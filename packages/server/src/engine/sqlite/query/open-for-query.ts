import { type OpenDatabase, openDatabase } from '../connection/open-database.ts';

/** The longest value that a query can create or read, in bytes. */
const VALUE_MAX_BYTES = 67_108_864;

/**
 * Opens a project's database for one statement of a client: read-only, without ATTACH, and with limits close to what ordinary
 * statements need. Sorting uses memory, so no query fills the disk.
 * https://www.sqlite.org/security.html, https://www.sqlite.org/limits.html
 */
export function openForQuery(path: string): OpenDatabase {
  const database = openDatabase(path, { mode: 'read-only', doubleQuotedStrings: true });
  Object.assign(database.limits, {
    length: VALUE_MAX_BYTES,
    attach: 0,
    vdbeOp: 1_000_000,
    likePatternLength: 10_000,
  });
  database.exec('PRAGMA temp_store = MEMORY');
  return database;
}
