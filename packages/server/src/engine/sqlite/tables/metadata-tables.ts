import type { DatabaseSync } from 'node:sqlite';

import { openDatabase } from '../connection/open-database.ts';
import { IDEMPOTENCY_TABLE } from '../idempotency/idempotency-store.ts';
import { queryRows } from '../introspection/query-rows.ts';

/**
 * Ids, display names and times of tables and columns, in the project's own file. They go by name: the schema itself is
 * always what SQLite says, and may have been changed by any other tool. AUTOINCREMENT, so that no id is ever given twice.
 */
export const METADATA_TABLES = `
CREATE TABLE IF NOT EXISTS _rowhouse_tables (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL COLLATE NOCASE UNIQUE,
  display_name TEXT,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
) STRICT;
CREATE TABLE IF NOT EXISTS _rowhouse_columns (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  table_id INTEGER NOT NULL,
  name TEXT NOT NULL COLLATE NOCASE,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  UNIQUE (table_id, name)
) STRICT;`;

/** The names of the service's own tables, as SQLite stores them. */
export const OWN_NAMES: readonly string[] = [
  '_rowhouse_tables',
  '_rowhouse_columns',
  '_rowhouse_idempotency',
];

/**
 * Whether a file that came from elsewhere has these names for something of its own, or something hangs on them that is
 * not ours: no table could be found or made in it. A file that was a project before has them just as they are here.
 */
export function hasForgedTables(database: DatabaseSync): boolean {
  using scratch = openDatabase(':memory:', { mode: 'read-write' });
  scratch.exec(METADATA_TABLES);
  scratch.exec(IDEMPOTENCY_TABLE);
  const ours = new Set(storedUnderOurNames(scratch));
  return storedUnderOurNames(database).some((object) => !ours.has(object));
}

function storedUnderOurNames(database: DatabaseSync): readonly string[] {
  const names = OWN_NAMES.map((name) => `'${name}'`).join(', ');
  const rows = queryRows<[string, string, string | null]>(
    database,
    `SELECT type, name, sql FROM main.sqlite_schema
     WHERE name COLLATE NOCASE IN (${names}) OR tbl_name COLLATE NOCASE IN (${names})`,
  );
  return rows.map((row) => JSON.stringify(row));
}
