import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parseJsonBody } from './json-body.ts';

function parse(text: string): unknown {
  const reading = parseJsonBody(Buffer.from(text), { realNumbers: false });
  for (;;) {
    const { done, value } = reading.next();
    if (done === true) return value;
  }
}

test('an integer that a number would round is a bigint at any depth; every other value is as parsed by JSON', () => {
  assert.deepEqual(
    parse(
      '{"a":9007199254740992,"b":[-9223372036854775808,12345678901234567890],"c":9007199254740991,"d":1e20,"e":"9007199254740993","f":9007199254740993.5}',
    ),
    {
      a: 9007199254740992n,
      b: [-9223372036854775808n, 12345678901234567890n],
      c: 9007199254740991,
      d: 1e20,
      e: '9007199254740993',
      f: 9007199254740994,
    },
  );
});

function nested(depth: number, innermost: string): string {
  return '['.repeat(depth) + innermost + ']'.repeat(depth);
}

test('excessive nesting is refused, with and without large integers', () => {
  for (const innermost of ['1', '9007199254740993']) {
    assert.ok(Array.isArray(parse(nested(64, innermost))));
    for (const depth of [65, 5_000, 1_000_000]) {
      assert.throws(() => parse(nested(depth, innermost)), {
        code: 'invalid_json',
        message: /nesting exceeds 64 levels/,
      });
    }
  }
});
