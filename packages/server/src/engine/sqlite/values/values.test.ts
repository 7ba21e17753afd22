import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  type Arbitrary,
  assert as check,
  bigInt,
  constant,
  constantFrom,
  double,
  oneof,
  property,
  string,
  uint8Array,
} from 'fast-check';

import { openDatabase } from '../connection/open-database.ts';
import { bindValue } from './bind-value.ts';
import { addValueFunctions, jsonExpression } from './json-expression.ts';
import { type SqliteValue, toRecordValue } from './record-value.ts';

const INTEGER_BOUNDS = [0n, 1n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 63n - 1n].flatMap((n) => [n, -n, -n - 1n]);

const sqliteValue: Arbitrary<SqliteValue> = oneof(
  constant(null),
  constantFrom(...INTEGER_BOUNDS),
  bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  // NaN is stored as NULL, and JSON has no sign for a zero.
  double({ noNaN: true }).filter((number) => !Object.is(number, -0)),
  constantFrom(Infinity, -Infinity, 5e-324, 1.7976931348623157e308, 0.1 + 0.2, 1e15, 123456789012345680000),
  string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
  constantFrom('', 'a\0b', '😀', '"\\\u2028\u0001', 'Infinity'),
  uint8Array(),
);

const PLAIN = { kind: 'any', format: 'plain' } as const;

test('property: the JSON that SQLite writes for a value equals the value for clients', () => {
  using database = openDatabase(':memory:', { mode: 'read-write' });
  addValueFunctions(database);
  const write = database.prepare(
    `SELECT json_object('value', ${jsonExpression('value', { ...PLAIN, only: null, computed: false })}) AS text FROM (SELECT ? AS value)`,
  );
  const read = database.prepare('SELECT ? AS value');
  read.setReadBigInts(true);
  check(
    property(sqliteValue, (value) => {
      const text = String(write.get(value)?.['text']);
      assert.deepEqual(JSON.parse(text), { value: toRecordValue(value) });
      assert.deepEqual(toRecordValue(read.get(value)?.['value'] ?? null), toRecordValue(value));
    }),
    { numRuns: 2_000 },
  );
});

test('in a STRICT table, the shorter expression for a typed column gives the same result', () => {
  using database = openDatabase(':memory:', { mode: 'read-write' });
  addValueFunctions(database);
  database.exec('CREATE TABLE t (i INTEGER, r REAL, s TEXT) STRICT');
  const insert = database.prepare('INSERT INTO t VALUES (?, ?, ?)');
  insert.run(2n ** 53n, Infinity, 'a\0b');
  insert.run(-(2n ** 63n), -Infinity, '');
  insert.run(7n, 0.1 + 0.2, '{"a":1}');
  insert.run(null, null, null);
  const expressions = (['integer', 'real', 'text'] as const).map((only, index) => {
    return `'${only}', ${jsonExpression(['i', 'r', 's'][index] ?? '', { ...PLAIN, only, computed: false })}`;
  });
  const rows = database.prepare(`SELECT json_object(${expressions.join(', ')}) AS text FROM t`).all();
  assert.deepEqual(
    rows.map((row) => JSON.parse(String(row['text']))),
    [
      { integer: '9007199254740992', real: 'Infinity', text: 'a\0b' },
      { integer: '-9223372036854775808', real: '-Infinity', text: '' },
      { integer: 7, real: 0.30000000000000004, text: '{"a":1}' },
      { integer: null, real: null, text: null },
    ],
  );
});

test('text that JSON functions compute is text, as if it were stored', () => {
  using database = openDatabase(':memory:', { mode: 'read-write' });
  addValueFunctions(database);
  database.exec(`CREATE TABLE t (a, b AS (json_array(a, 'x'))); INSERT INTO t VALUES (1)`);
  const expression = jsonExpression('b', { ...PLAIN, only: null, computed: true });
  const row = database.prepare(`SELECT json_object('b', ${expression}) AS text FROM t`).get();
  assert.deepEqual(JSON.parse(String(row?.['text'])), { b: '[1,"x"]' });
});

test('text of digits for an INTEGER is accepted up to 64 bits, and refused beyond without being parsed', () => {
  for (const text of [
    '9223372036854775807',
    '-9223372036854775808',
    ' +0009223372036854775807 ',
    `-${'0'.repeat(1_000_000)}1`,
    '12345678901234567890x',
    '123456789012345678901.5',
    '',
  ]) {
    assert.equal(bindValue(text, 'integer'), text);
  }
  for (const text of [
    '9223372036854775808',
    '-9223372036854775809',
    ' +00012345678901234567890\t',
    '9'.repeat(10_000_000),
  ]) {
    assert.throws(() => bindValue(text, 'integer'), { code: 'validation_failed' }, text.slice(0, 30));
  }
});
