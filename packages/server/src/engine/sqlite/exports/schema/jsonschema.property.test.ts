import assert from 'node:assert/strict';
import { test } from 'node:test';

import { quoteIdentifier } from '../../../../schema/identifier.ts';
import { RowSchemas } from '../../../../testing/databases/row-schemas.ts';
import { apiColumns, apiRows, readableNames } from '../../../../testing/http/api-rows.ts';
import { randomRuns, withRandomDatabases } from '../../../../testing/random-schema/random-databases.ts';
import type { OpenDatabase } from '../../connection/open-database.ts';

const RUNS = randomRuns(40);

test(`given any schema with rows, rows from the API are valid, and SQLite also requires the required columns (${RUNS} schemas)`, async () => {
  let stored = 0;
  await withRandomDatabases(RUNS, (databases) => {
    for (const database of databases) stored += assertSentRowsFit(database);
  });
  assert.ok(stored > RUNS, `${stored} rows`);
});

/** Returns the number of rows. */
function assertSentRowsFit(database: OpenDatabase): number {
  database.exec('PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON');
  drop(database, 'trigger', "type = 'trigger'");
  // A full-text table may declare columns that its content table lacks.
  drop(database, 'table', "sql LIKE 'CREATE VIRTUAL TABLE%'");
  const schemas = new RowSchemas(database);
  let stored = 0;
  for (const name of readableNames(database)) {
    if (schemas.has(name, 'insert')) {
      assertRequired(database, schemas, name);
      fill(database, name);
    }
    stored += assertRowsFit(database, schemas, name);
  }
  return stored;
}

function assertRowsFit(database: OpenDatabase, schemas: RowSchemas, name: string): number {
  const rows = apiRows(database, name);
  schemas.assertTakesAll(name, rows);
  return rows.length;
}

function drop(database: OpenDatabase, kind: string, condition: string): void {
  for (const { name } of database.prepare(`SELECT name FROM sqlite_schema WHERE ${condition}`).all()) {
    database.exec(`DROP ${kind} ${quoteIdentifier(String(name))}`);
  }
}

const VALUES = ["'text'", '1', '9007199254740993', '1.5', '9e999', "x'00ff'", 'NULL', "'12'"];

/** Inserts rows with each value in every column, if the table accepts them. */
function fill(database: OpenDatabase, table: string): void {
  const columns = writable(database, table);
  for (const [position] of VALUES.entries()) {
    tryInsert(database, table, columns, (index) => VALUES[(position + index) % VALUES.length] ?? 'NULL');
    tryInsert(database, table, columns, () => VALUES[position] ?? 'NULL');
  }
}

/** Asserts that a row that lacks only one required column is rejected because of that column. */
function assertRequired(database: OpenDatabase, schemas: RowSchemas, table: string): void {
  const columns = writable(database, table);
  for (const missing of schemas.required(table)) {
    const others = columns.filter((column) => column !== missing);
    for (const value of ["'12'", '12', "x'12'"]) {
      assert.ok(!tryInsert(database, table, others, () => value), `${table}: ${missing}`);
    }
  }
}

function writable(database: OpenDatabase, table: string): readonly string[] {
  return apiColumns(database, table)
    .filter(({ generated }) => !generated)
    .map(({ name }) => name);
}

/** Returns whether the row was stored. */
function tryInsert(
  database: OpenDatabase,
  table: string,
  columns: readonly string[],
  valueOf: (position: number) => string,
): boolean {
  const target = quoteIdentifier(table);
  const values = columns.map((_, position) => valueOf(position)).join(', ');
  const named = `${target} (${columns.map(quoteIdentifier).join(', ')}) VALUES (${values})`;
  try {
    const sql = columns.length === 0 ? `${target} DEFAULT VALUES` : named;
    return database.prepare(`INSERT INTO ${sql}`).run().changes > 0;
  } catch {
    return false;
  }
}
