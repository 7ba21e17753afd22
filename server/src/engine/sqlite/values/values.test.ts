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

import { openDatabase } from '../open-database.ts';
import { addBase64, jsonExpression } from './json-expression.ts';
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

test('property: what SQLite writes of a value is what a client is to see of it', () => {
  using database = openDatabase(':memory:', { mode: 'read-write' });
  addBase64(database);
  const write = database.prepare(
    `SELECT json_object('value', ${jsonExpression('value')}) AS text FROM (SELECT ? AS value)`,
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
