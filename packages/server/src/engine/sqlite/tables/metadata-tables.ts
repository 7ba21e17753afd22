import type { DatabaseSync } from 'node:sqlite';

import { openDatabase } from '../connection/open-database.ts';
import { IDEMPOTENCY_TABLE } from '../idempotency/idempotency-store.ts';
import { queryRows } from '../introspection/query-rows.ts';

/**
 * Ids, display names and times of tables and columns, in the project's own file. They refer to tables by name, because any other tool
 * may change the schema. AUTOINCREMENT ensures that an id is never reused.
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

/** The names of the service's own tables, as stored by SQLite. */
export const OWN_NAMES: readonly string[] = [
  '_rowhouse_tables',
  '_rowhouse_columns',
  '_rowhouse_idempotency',
];

/**
 * Whether an imported file uses these names for other objects, has other objects on these tables, or reads or writes them in a view, a
 * trigger, a virtual table or a foreign key. The service could not find or create tables in it, or would show what it stores about other clients. A
 * file that was a project before has exactly these tables.
 */
export function hasForgedTables(database: DatabaseSync): boolean {
  using scratch = openDatabase(':memory:', { mode: 'read-write' });
  scratch.exec(METADATA_TABLES);
  scratch.exec(IDEMPOTENCY_TABLE);
  const ours = new Set(storedUnderOurNames(scratch));
  return storedUnderOurNames(database).some((object) => !ours.has(object)) || mentionsOurNames(database);
}

function mentionsOurNames(database: DatabaseSync): boolean {
  const programs = queryRows<[string]>(
    database,
    `SELECT lower(CAST(sql AS TEXT)) FROM main.sqlite_schema
     WHERE sql IS NOT NULL AND (type IN ('view', 'trigger') OR (type = 'table' AND coalesce(rootpage, 0) = 0))`,
  );
  return programs.some(([sql]) => OWN_NAMES.some((name) => sql.includes(name))) || isReferenced(database);
}

/** A foreign key shows which ids exist, and keeps the service from removing them. */
function isReferenced(database: DatabaseSync): boolean {
  const names = OWN_NAMES.map((name) => `'${name}'`).join(', ');
  const sql = `SELECT 1 FROM pragma_table_list t, pragma_foreign_key_list(t.name, 'main') f
    WHERE t.schema = 'main' AND t.type IN ('table', 'shadow') AND f."table" COLLATE NOCASE IN (${names}) LIMIT 1`;
  return queryRows(database, sql).length > 0;
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
