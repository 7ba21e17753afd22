import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  type Arbitrary,
  array,
  assert as check,
  bigInt,
  constant,
  constantFrom,
  double,
  oneof,
  property,
  record,
  string,
  uint8Array,
} from 'fast-check';

import type { ValueFormat } from '../../core/tagged-value.ts';
import type { ClientRow, RecordKey } from '../../engine/project-records.ts';
import { type OpenDatabase, openDatabase } from '../../engine/sqlite/connection/open-database.ts';
import { runBatchOnce } from '../../engine/sqlite/records/batch/run-batch.ts';
import { insertRecord } from '../../engine/sqlite/records/insert-record.ts';
import { updateRecord } from '../../engine/sqlite/records/update-record.ts';
import { updateRecords } from '../../engine/sqlite/records/update-records.ts';
import { recordDatabaseOf } from '../../engine/sqlite/rows/record-database.ts';
import { mayBeDamaged } from '../../engine/sqlite/rows/shown-value.ts';
import { type BoundValue, parameterFor, parameterValue } from '../../engine/sqlite/values/bound-value.ts';
import type { SqliteValue } from '../../engine/sqlite/values/record-value.ts';
import { parseJsonBody } from '../../http/json/json-body.ts';
import { apiRows } from '../../testing/http/api-rows.ts';

/** More with PROPERTY_RUNS (`npm run test:long`); PROPERTY_SEED replays a failure that printed its seed. */
const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 60);
const SEED = process.env['PROPERTY_SEED'];

const COLUMNS = [
  'i INT',
  'r REAL',
  't TEXT',
  'b BLOB',
  'a',
  'n NUMERIC',
  'geom GEOMETRY',
  'g AS (a)',
  's AS (t) STORED',
];
const STRICT_COLUMNS = ['i INTEGER', 'r REAL', 't TEXT', 'b BLOB', 'a ANY', 'g ANY AS (a)'];
const NAMES = COLUMNS.slice(0, 7).map((column) => column.split(' ')[0] ?? '');
const KEY_TYPES = ['INTEGER', 'TEXT', 'BLOB', 'GUID', 'BINARY(16)', '', 'REAL'];
const ENCODINGS = ['UTF-8', 'UTF-16le', 'UTF-16be'];

const texts = oneof(
  string({ maxLength: 6 }),
  constantFrom('', 'AQID', 'abcd', '1234', 'Infinity', '-Infinity', '3', '3.0', '007', '9007199254740993'),
  constantFrom('a\0b', '\u{fffd}', '{"$blob":"AQID"}', '-0.0', 'null', 'a,b', '%2C/?#'),
);

const values: Arbitrary<BoundValue> = oneof(
  constant(null),
  texts,
  texts.map((text) => Buffer.from(text)),
  uint8Array({ maxLength: 6 }),
  uint8Array({ minLength: 1, maxLength: 6 }).map((textBytes) => ({ textBytes })),
  constantFrom<BoundValue>(
    { textBytes: Buffer.from('41ff42', 'hex') },
    { textBytes: Buffer.from('00d8', 'hex') },
  ),
  bigInt({ min: -3n, max: 3n }),
  constantFrom(2n ** 53n - 1n, 2n ** 53n, -(2n ** 53n) - 1n, 2n ** 63n - 1n, -(2n ** 63n)),
  double({ noNaN: true }),
  constantFrom(3, -0, 0, -7, 2.5, 1e15, 2 ** 53, 1e20, 1e21, 1e300, Infinity, -Infinity),
);

const database = record({
  encoding: constantFrom(...ENCODINGS),
  keyType: constantFrom(...KEY_TYPES),
  withoutRowid: constantFrom(true, false),
  rows: array(array(values, { minLength: 8, maxLength: 8 }), { minLength: 1, maxLength: 5 }),
});

for (const format of ['plain', 'tagged'] as const) {
  test(`property: a row that is sent back as it was read in the ${format} format stays as it is`, () => {
    const run = property(database, (drawn) => {
      using connection = openDatabase(':memory:', { mode: 'read-write' });
      connection.exec(`PRAGMA encoding = '${drawn.encoding}'`);
      const options = drawn.withoutRowid ? 'WITHOUT ROWID' : '';
      connection.exec(`CREATE TABLE loose(k ${drawn.keyType} PRIMARY KEY, ${COLUMNS.join(', ')}) ${options}`);
      connection.exec(`CREATE TABLE strict(k ANY PRIMARY KEY, ${STRICT_COLUMNS.join(', ')}) STRICT`);
      for (const row of drawn.rows) {
        insert(connection, 'loose', ['k', ...NAMES], row);
        for (const name of ['i', 'r', 't', 'b', 'a']) {
          insert(connection, 'strict', ['k', name], [row[0] ?? null, row[NAMES.indexOf(name) + 1] ?? null]);
        }
      }
      assertKept(connection, 'loose', format);
      assertKept(connection, 'strict', format);
    });
    check(run, { numRuns: RUNS, ...(SEED !== undefined && { seed: Number(SEED) }) });
  });
}

/** A column refuses some of the values. */
function insert(
  connection: OpenDatabase,
  table: string,
  names: readonly string[],
  row: readonly BoundValue[],
): void {
  try {
    const sql = `INSERT INTO ${table}(${names.join(', ')}) VALUES (${row.map(parameterFor).join(', ')})`;
    connection.prepare(sql).run(...row.map(parameterValue));
  } catch {
    // The row is not needed.
  }
}

/** Sends each row back in every way, and compares what is stored. */
function assertKept(connection: OpenDatabase, name: string, format: ValueFormat): void {
  const records = recordDatabaseOf(connection);
  records.refresh();
  const table = records.table(name, format);
  const before = storedValues(connection, name);
  const rows = apiRows(connection, name, { format });
  for (const row of rows) {
    if (!isAddressable(row, rows, format)) continue;
    const { g: _virtual, s: _stored, ...writable } = row;
    const key = keyOf(row['k'], format);
    const ways: Readonly<Record<string, () => unknown>> = {
      'by key': () => updateRecord(records, table, { key, patch: sent(row) }),
      'by a filter': () => {
        const filters = [{ column: 'k', operator: '=', value: sent(row)['k'] }] as const;
        return updateRecords(records, table, { filters, patch: sent(row) });
      },
      'as an upsert': () => {
        const onConflict = { columns: ['k'], action: 'update' } as const;
        return insertRecord(records, table, { row: sent(row), onConflict });
      },
      'in a batch': () => {
        const reference = {
          nameOrId: name,
          allowed: null,
          valueFormat: format,
          writtenRows: 'whole',
        } as const;
        const operations = [
          { kind: 'get', table: reference, key },
          { kind: 'update', table: reference, key, patch: sent(writable) },
        ] as const;
        return runBatchOnce(records, { path: '', request: null, operations });
      },
    };
    for (const [way, send] of Object.entries(ways)) {
      try {
        send();
      } catch (error) {
        throw new Error(`${way} of ${name}: ${JSON.stringify(row)}`, { cause: error });
      }
      assert.deepStrictEqual(
        storedValues(connection, name),
        before,
        `${way} of ${name}: ${JSON.stringify(row)}`,
      );
    }
  }
}

/** In plain answers different keys may look the same. */
function isAddressable(row: ClientRow, rows: readonly ClientRow[], format: ValueFormat): boolean {
  const key = row['k'];
  if (key === null) return false;
  if (format === 'tagged') return true;
  const sameKey = rows.filter(({ k: other }) => pathOf(other) === pathOf(key));
  return sameKey.length === 1 && !mayBeDamaged(key);
}

/** A row as a client in JavaScript sends it, after the service has parsed the body. */
function sent(row: ClientRow): ClientRow {
  const bytes = Buffer.from(JSON.stringify(row));
  const parsing = parseJsonBody(bytes, { realNumbers: true });
  let step = parsing.next();
  while (step.done !== true) step = parsing.next();
  return step.value as ClientRow;
}

/** The key in a path. In the tagged format a text is tagged, because `5` would be the number. */
function keyOf(value: unknown, format: ValueFormat): RecordKey {
  const whole = pathOf(format === 'tagged' && typeof value === 'string' ? { $text: value } : value);
  return { whole, parts: [whole] };
}

function pathOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function storedValues(connection: OpenDatabase, table: string): readonly unknown[] {
  const names = connection
    .prepare(`SELECT name FROM pragma_table_xinfo(?)`)
    .all(table)
    .map(({ name }) => String(name));
  const columns = names.map(
    (name) => `typeof(${name}), iif(typeof(${name}) = 'text', CAST(${name} AS BLOB), ${name})`,
  );
  const statement = connection.prepare(`SELECT ${columns.join(', ')} FROM ${table}`);
  statement.setReadBigInts(true);
  statement.setReturnArrays(true);
  return (statement.all() as unknown as SqliteValue[][]).map((row) => {
    return row.map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value));
  });
}
