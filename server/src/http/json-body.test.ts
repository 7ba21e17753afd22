import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parseJsonBody } from './json-body.ts';

function parse(text: string): unknown {
  return parseJsonBody(Buffer.from(text));
}

test('an integer that a number would round is a bigint, wherever it stands; every other value is as JSON has it', () => {
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

test('nesting beyond what can be walked is refused where large integers have to be found, and no fault of the service', () => {
  const depth = 1_000_000;
  const nested = (innermost: string) => '['.repeat(depth) + innermost + ']'.repeat(depth);
  assert.throws(() => parse(nested('9007199254740993')), {
    code: 'invalid_json',
    message: /nested too deeply/,
  });
  assert.ok(Array.isArray(parse(nested('1'))));
});
