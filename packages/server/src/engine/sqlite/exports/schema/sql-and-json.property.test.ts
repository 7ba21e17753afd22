import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';

import * as fc from 'fast-check';

import { jsonFormat } from '../../../../schema/formats/json.ts';
import { sqlFormat } from '../../../../schema/formats/sql.ts';
import type { OrdinaryTable, Schema } from '../../../../schema/model.ts';
import { type RandomSchema, randomSchemas } from '../../../../testing/random-schema/random-schema.ts';
import type { RandomTable } from '../../../../testing/random-schema/random-table.ts';
import { temporaryFolder } from '../../../../testing/system/temporary-folder.ts';
import { assertValidDocument } from '../../../../testing/tools/schema-document.ts';
import { runSqliteShell } from '../../../../testing/tools/sqlite-shell.ts';
import { openDatabase } from '../../connection/open-database.ts';
import { readSchema } from '../../introspection/read-schema.ts';
import { renderSchemaExport } from './render-schema.ts';

/** More with PROPERTY_RUNS (`npm run test:long`); PROPERTY_SEED replays a failure that printed its seed. */
const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 150);
const SEED = process.env['PROPERTY_SEED'];

test(`given any schema, the sqlite3 shell and a defensive connection load the same schema from the export (${RUNS} schemas)`, () => {
  using folder = temporaryFolder();
  let count = 0;
  const property = fc.property(randomSchemas, (schema) => {
    count += 1;
    assertRoundTrip(schema, join(folder.path, `${count}.db`));
  });
  // Shrinking takes minutes, because each try starts a shell. The seed is enough to replay a failure.
  fc.assert(property, {
    numRuns: RUNS,
    endOnFailure: true,
    ...(SEED === undefined ? {} : { seed: Number(SEED) }),
  });
});

function assertRoundTrip(random: RandomSchema, shellPath: string): void {
  using original = openDatabase(':memory:', { mode: 'read-write' });
  make(original, random);
  const sql = renderSchemaExport(original, sqlFormat);
  const json = renderSchemaExport(original, jsonFormat);
  assert.deepEqual(sql.warnings, []);
  assertValidDocument(json.text);
  assertSays(readSchema(original), random);

  using loaded = openDatabase(':memory:', { mode: 'read-write' });
  loaded.exec(sql.text);
  runSqliteShell(shellPath, sql.text);
  using shell = openDatabase(shellPath, { mode: 'read-only' });
  for (const copy of [loaded, shell]) {
    assert.deepEqual(storedRows(copy), storedRows(original));
    assert.equal(renderSchemaExport(copy, sqlFormat).text, sql.text);
    // SQLite stores the newline of a `--` comment after a CREATE INDEX, so the JSON contains it, too.
    assert.equal(withoutNewlines(renderSchemaExport(copy, jsonFormat).text), withoutNewlines(json.text));
    assert.deepEqual(renderSchemaExport(copy, jsonFormat).warnings, json.warnings);
  }
}

function make(database: DatabaseSync, random: RandomSchema): void {
  database.exec(`PRAGMA encoding = '${random.encoding}'`);
  for (const statement of random.statements) {
    try {
      database.exec(statement);
    } catch (error) {
      throw new Error(`the generator wrote a statement that SQLite does not take: ${statement}`, {
        cause: error,
      });
    }
  }
  database.exec(
    `PRAGMA user_version = ${random.userVersion}; PRAGMA application_id = ${random.applicationId}`,
  );
}

function storedRows(database: DatabaseSync): readonly unknown[] {
  return database
    .prepare(
      'SELECT type, name, tbl_name, rtrim(sql, char(10)) AS sql FROM sqlite_schema ORDER BY type, name',
    )
    .all();
}

function withoutNewlines(json: string): string {
  return json.replaceAll(String.raw`\n"`, '"');
}

function assertSays(schema: Schema, random: RandomSchema): void {
  assert.deepEqual(schema.unread, []);
  const tables = new Map(schema.tables.map((table) => [table.name, table]));
  for (const expected of random.tables) {
    const table = tables.get(expected.name);
    assert.equal(table?.kind, 'table');
    assertTableSays(table, expected);
  }
}

function assertTableSays(table: OrdinaryTable, expected: RandomTable): void {
  const { columns, checks, foreignKeys, primaryKey } = table;
  assert.deepEqual(
    columns.map(({ name, collation, generated, notNullOnConflict }) => ({
      name,
      collation,
      generated,
      notNullOnConflict,
    })),
    expected.columns,
  );
  assert.deepEqual(checks, expected.checks);
  assert.deepEqual(primaryKey?.columns.map(({ name }) => name) ?? [], expected.primaryKey);
  assert.deepEqual(
    foreignKeys.map(({ name, columns: names, referencedTable, deferral }) => ({
      name,
      columns: names,
      referencedTable,
      deferral,
    })),
    expected.foreignKeys,
  );
}
