import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Type } from 'typebox';

import { isRealNumber, realNumber } from '../../core/real-number.ts';
import { withPlainNumbers } from './plain-numbers.ts';

const schema = Type.Object({
  limit: Type.Integer(),
  flag: Type.Union([Type.Number(), Type.Null()]),
  any: Type.Unknown(),
  list: Type.Array(
    Type.Object({ size: Type.Number(), row: Type.Object({}, { additionalProperties: true }) }),
  ),
  byName: Type.Record(Type.String(), Type.Object({ size: Type.Number() })),
});

test('a field with a type gets an ordinary number, and a field that takes any value keeps the type', () => {
  const three = realNumber(3);
  const value = {
    limit: three,
    flag: three,
    any: { deep: [three] },
    list: [{ size: three, row: { size: three } }],
    byName: { a: { size: three } },
  };
  assert.deepStrictEqual(withPlainNumbers(value, schema), {
    limit: 3,
    flag: 3,
    any: { deep: [three] },
    list: [{ size: 3, row: { size: three } }],
    byName: { a: { size: 3 } },
  });
  assert.equal(withPlainNumbers(three, schema), 3);
  assert.ok(isRealNumber(withPlainNumbers(three, Type.Unknown())));
  assert.ok(isRealNumber(withPlainNumbers(three, undefined)));
});
