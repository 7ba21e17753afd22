import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as fc from 'fast-check';

import { findJsonFault } from './json-syntax.ts';

const faults: readonly (readonly [text: string, line: number, column: number, reason: RegExp])[] = [
  ['', 1, 1, /ends where a value/],
  ['{', 1, 2, /ends where a name in double quotes or "}"/],
  ['{"a":x}', 1, 6, /"x" stands where a value/],
  ['{"a":1,}', 1, 8, /"}" stands where a name/],
  ['{"a":1 "b":2}', 1, 8, /"\\"" stands where a ","/],
  ['{a:1}', 1, 2, /"a" stands where a name/],
  ['[1,2,]', 1, 6, /"\]" stands where a value/],
  ['[1}', 1, 3, /"}" stands where/],
  ['nul', 1, 1, /"n" stands where a value/],
  ['{} {}', 1, 4, /nothing more/],
  ['01', 1, 2, /nothing more/],
  ['{\n  "a": 1,\n  "b": ?\n}', 3, 8, /"\?" stands/],
  ['{\r\n"a"\r\n1', 3, 1, /"1" stands where a ":"/],
  ['"abc', 1, 5, /ends inside a string/],
  ['"a\nb"', 1, 3, /control character/],
  ['"\\x"', 1, 2, /not an escape/],
  ['"\\u12"', 1, 2, /not an escape/],
  ['{"😀": 😀}', 1, 8, /"😀" stands/],
];

for (const [text, line, column, reason] of faults) {
  test(`${JSON.stringify(text)} stops being JSON at line ${line}, column ${column}`, () => {
    const fault = findJsonFault(text);
    assert.ok(fault);
    assert.deepEqual([fault.line, fault.column], [line, column]);
    assert.match(fault.reason, reason);
  });
}

test('it finds no fault in any JSON', () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom(0, 1, 3), (text, indent) => {
      assert.equal(findJsonFault(JSON.stringify(JSON.parse(text), null, indent)), null);
    }),
  );
});

test('it finds a fault exactly where the runtime refuses a text', () => {
  const nearlyJson = fc
    .tuple(
      fc.json(),
      fc.nat(),
      fc.constantFrom('', '"', '{', ']', ',', ':', '-', '.', 'e', '\\', '\n', '\u0001', 'x'),
    )
    .map(
      ([text, at, put]) =>
        text.slice(0, at % (text.length + 1)) + put + text.slice((at % (text.length + 1)) + 1),
    );
  fc.assert(
    fc.property(nearlyJson, (text) => {
      assert.equal(findJsonFault(text) === null, runtimeTakes(text), text);
    }),
    { numRuns: 2_000 },
  );
});

test('a text nested a million deep neither overflows the stack nor takes long', () => {
  const fault = findJsonFault('['.repeat(1_000_000));
  assert.equal(fault?.column, 1_000_001);
});

function runtimeTakes(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
