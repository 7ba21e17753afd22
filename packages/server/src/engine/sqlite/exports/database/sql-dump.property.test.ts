import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';

import * as fc from 'fast-check';

import { quoteIdentifier } from '../../../../schema/identifier.ts';
import { databaseSnapshot } from '../../../../testing/databases/database-snapshot.ts';
import { loadDump } from '../../../../testing/databases/loaded-dump.ts';
import { exportedDatabase } from '../../../../testing/http/data-exports.ts';
import { type RandomSchema, randomSchemas } from '../../../../testing/random-schema/random-schema.ts';
import { temporaryFolder } from '../../../../testing/system/temporary-folder.ts';
import { runSqliteShell } from '../../../../testing/tools/sqlite-shell.ts';
import { openDatabase } from '../../connection/open-database.ts';
import { queryRows } from '../../introspection/query-rows.ts';

/** A tenth of the runs of other properties, because each run writes files: with PROPERTY_RUNS=20000 (`npm run test:long`) 2,000. */
const RUNS = Math.ceil(Number(process.env['PROPERTY_RUNS'] ?? 200) / 10);
const SEED = process.env['PROPERTY_SEED'];

const randomValues = fc.oneof(
  fc.constant(null),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.double({ noNaN: true }),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({
    unit: fc.constantFrom("'", '"', '\r', '\n', '\0', '\\', 'r', ';', ',', 'é', '😀'),
    maxLength: 12,
  }),
  fc.uint8Array({ maxLength: 12 }),
);

const randomRows = fc.array(fc.array(randomValues, { minLength: 30, maxLength: 30 }), { maxLength: 120 });

test(`for any schema with any rows, the sqlite3 shell and a defensive connection load the same content from the dump, and its dump is the same (${RUNS} databases)`, async () => {
  using folder = temporaryFolder();
  let count = 0;
  const property = fc.asyncProperty(randomSchemas, randomRows, async (schema, rows) => {
    count += 1;
    await assertRoundTrip(schema, rows, join(folder.path, String(count)));
  });
  await fc.assert(property, {
    numRuns: RUNS,
    endOnFailure: true,
    ...(SEED !== undefined && { seed: Number(SEED) }),
  });
});

type Rows = readonly (readonly (null | bigint | number | string | Uint8Array)[])[];

async function assertRoundTrip(schema: RandomSchema, rows: Rows, path: string): Promise<void> {
  makeDatabase(path, schema, rows);
  const dump = await exportedDatabase(path, { format: 'sql' });
  const text = dump.bytes.toString('utf8');
  const copies = [`${path}-handle`];
  const handle = openDatabase(`${path}-handle`, { mode: 'read-write' });
  handle.exec(text);
  handle.close();
  // A newer SQLite may accept text as JSON that an older one rejects; the rows then violate an index in the shell.
  if (!text.includes('->')) {
    runSqliteShell(`${path}-shell`, text);
    copies.push(`${path}-shell`);
  }
  for (const copy of copies) {
    assert.deepEqual(contentOf(copy), contentOf(path));
    assert.deepEqual((await exportedDatabase(copy, { format: 'sql' })).bytes, dump.bytes);
  }
}

/** Triggers come last, so that rows do not fire them. Rows that constraints reject are omitted. */
function makeDatabase(path: string, schema: RandomSchema, rows: Rows): void {
  const database = openDatabase(path, { mode: 'read-write' });
  database.exec(`PRAGMA encoding = '${schema.encoding}'; PRAGMA foreign_keys = OFF`);
  const triggers = schema.statements.filter((sql) => /^\s*create\s+(?:temp\w*\s+)?trigger/i.test(sql));
  for (const sql of schema.statements.filter((statement) => !triggers.includes(statement)))
    database.exec(sql);
  database.exec(
    `PRAGMA user_version = ${schema.userVersion}; PRAGMA application_id = ${schema.applicationId}`,
  );
  const tables = queryRows<[string]>(
    database,
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 AND name NOT GLOB 'sqlite_*'",
  );
  database.exec('BEGIN');
  for (const [table] of tables) insertRows(database, table, rows);
  database.exec('COMMIT');
  for (const sql of triggers) database.exec(sql);
  database.close();
}

function insertRows(database: DatabaseSync, table: string, rows: Rows): void {
  const sql = "SELECT name FROM pragma_table_xinfo(?, 'main') WHERE hidden = 0";
  const names = queryRows<[string]>(database, sql, [table]).map(([name]) => quoteIdentifier(name));
  try {
    const statement = database.prepare(
      `INSERT OR IGNORE INTO ${quoteIdentifier(table)} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
    );
    for (const row of rows) {
      try {
        statement.run(...row.slice(0, names.length));
      } catch {
        // The value has the wrong type for the table, or one of its expressions rejects it.
      }
    }
  } catch {
    // Shadow tables cannot be written.
  }
}

function contentOf(path: string): unknown {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const { tables, texts, bookkeeping } = databaseSnapshot(database);
    return {
      tables: [...tables].map(([name, { rows }]) => ({ name, rows })),
      texts: texts.map(String).toSorted(),
      bookkeeping,
    };
  } finally {
    database.close();
  }
}

/** Any double, decimals such as prices and coordinates, and the neighbours of powers of two. */
const randomDoubles = fc.oneof(
  fc.double({ noNaN: true }),
  fc
    .record({ digits: fc.integer({ min: -1e9, max: 1e9 }), places: fc.nat(9) })
    .map(({ digits, places }) => digits / 10 ** places),
  fc
    .record({
      exponent: fc.integer({ min: -1074, max: 1023 }),
      factor: fc.constantFrom(1, 1 - 2 ** -53, 1 + 2 ** -52),
    })
    .map(({ exponent, factor }) => factor * 2 ** exponent),
);

test('the sqlite3 shell and a newer SQLite read every double of the dump exactly', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'doubles.db');
  const random = fc.sample(randomDoubles, {
    numRuns: 30_000,
    ...(SEED !== undefined && { seed: Number(SEED) }),
  });
  const sampled = [35.6595993, 5e-324, Number.MAX_VALUE, ...random];
  const database = openDatabase(path, { mode: 'read-write' });
  database.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, v); BEGIN');
  const insert = database.prepare('INSERT INTO t (v) VALUES (?)');
  for (const double of sampled) insert.run(double);
  database.exec('COMMIT');
  database.close();
  const { bytes } = await exportedDatabase(path, { format: 'sql' });
  for (const copy of Object.values(loadDump(folder.path, bytes))) {
    using loaded = openDatabase(copy, { mode: 'read-only' });
    const read = queryRows<[number]>(loaded, 'SELECT v FROM t ORDER BY id').map(([value]) => value);
    for (const [index, double] of sampled.entries())
      assert.ok(Object.is(read[index], double), `${double} came back as ${read[index]}`);
  }
});
