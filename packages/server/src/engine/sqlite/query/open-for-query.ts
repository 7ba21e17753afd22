import type { DatabaseSync } from 'node:sqlite';

import { openDatabase } from '../connection/open-database.ts';

/** The longest value that a query can make or read, in bytes. */
const VALUE_MAX_BYTES = 67_108_864;

/**
 * Opens a project's database for one statement of a client's: read-only, with nothing attached, and with SQLite's limits
 * close to what honest statements need. Sorting is in memory, so that no query fills a disk.
 * https://www.sqlite.org/security.html, https://www.sqlite.org/limits.html
 */
export function openForQuery(path: string): DatabaseSync {
  const database = openDatabase(path, { mode: 'read-only' });
  Object.assign(database.limits, {
    length: VALUE_MAX_BYTES,
    attach: 0,
    vdbeOp: 1_000_000,
    likePatternLength: 10_000,
  });
  database.exec('PRAGMA temp_store = MEMORY');
  return database;
}
