import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';

import { type OpenDatabase, openDatabase } from '../../engine/sqlite/connection/open-database.ts';
import { renderSchemaExport } from '../../engine/sqlite/exports/schema/render-schema.ts';
import { jsonFormat } from '../../schema/formats/json.ts';
import { sqlFormat } from '../../schema/formats/sql.ts';
import { temporaryFolder } from '../system/temporary-folder.ts';
import { runSqliteShell } from '../tools/sqlite-shell.ts';

/** A database in memory with the schema of these statements. */
export function databaseWith(sql: string): OpenDatabase {
  const database = openDatabase(':memory:', { mode: 'read-write' });
  database.exec(sql);
  return database;
}

/** The rows of sqlite_schema, in an order that does not depend on their creation. */
export function storedRows(database: DatabaseSync): readonly unknown[] {
  return database.prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name').all();
}

/**
 * Loads the SQL export of a database with the sqlite3 shell and with a defensive connection without double-quoted strings. Asserts that
 * both copies have the same exports, and the same rows of sqlite_schema unless `rows` is `may-differ`.
 */
export function assertRoundTrip(database: DatabaseSync, rows: 'same' | 'may-differ' = 'same'): void {
  using folder = temporaryFolder();
  const { text } = renderSchemaExport(database, sqlFormat);
  const json = renderSchemaExport(database, jsonFormat).text;
  const path = join(folder.path, 'copy.db');
  runSqliteShell(path, text);
  using shell = openDatabase(path, { mode: 'read-only' });
  using loaded = databaseWith(text);
  for (const copy of [shell, loaded]) {
    assert.equal(renderSchemaExport(copy, sqlFormat).text, text);
    if (rows === 'may-differ') continue;
    assert.deepEqual(storedRows(copy), storedRows(database));
    assert.equal(renderSchemaExport(copy, jsonFormat).text, json);
  }
}
