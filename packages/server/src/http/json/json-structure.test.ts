import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as fc from 'fast-check';

import { InvalidJsonError } from './invalid-json.ts';
import { readStructure } from './json-structure.ts';

const faults: readonly (readonly [text: string, line: number, column: number, reason: RegExp])[] = [
  ['', 1, 1, /ends but a value is expected/],
  ['{', 1, 2, /ends but a name in double quotes or "}" is expected/],
  ['{"a":x}', 1, 6, /found "x" but expected a value/],
  ['{"a":1,}', 1, 8, /found "}" but expected a name/],
  ['{"a":1 "b":2}', 1, 8, /found "\\"" but expected a ","/],
  ['{a:1}', 1, 2, /found "a" but expected a name/],
  ['[1,2,]', 1, 6, /found "\]" but expected a value/],
  ['[1}', 1, 3, /found "}" but expected/],
  ['nul', 1, 1, /found "n" but expected a value/],
  ['{} {}', 1, 4, /expected the end of the text/],
  ['01', 1, 2, /expected the end of the text/],
  ['{\n  "a": 1,\n  "b": ?\n}', 3, 8, /found "\?"/],
  ['{\r\n"a"\r\n1', 3, 1, /found "1" but expected a ":"/],
  ['"abc', 1, 5, /ends inside a string/],
  ['"a\nb"', 1, 3, /control character/],
  ['"\\x"', 1, 2, /not valid JSON/],
  ['"\\u12"', 1, 2, /not valid JSON/],
  ['{"😀": 😀}', 1, 8, /found "😀"/],
];

for (const [text, line, column, reason] of faults) {
  test(`${JSON.stringify(text)} has a syntax error at line ${line}, column ${column}`, () => {
    const error = errorIn(text);
    assert.ok(error);
    assert.deepEqual([error.line, error.column], [line, column]);
    assert.match(error.reason, reason);
  });
}

test('valid JSON has no error', () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom(0, 1, 3), (text, indent) => {
      assert.equal(errorIn(JSON.stringify(JSON.parse(text), null, indent)), null);
    }),
  );
});

test('an error has the position at which the runtime refuses the text', () => {
  const nearlyJson = fc
    .tuple(
      fc.json(),
      fc.nat(),
      fc.constantFrom(
        '',
        '"',
        '{',
        ']',
        ',',
        ':',
        '-',
        '.',
        'e',
        '\\',
        '\n',
        '\u0001',
        'x',
        '1',
        '0',
        '+',
        '\\u12',
        'E',
      ),
    )
    .map(
      ([text, at, put]) =>
        text.slice(0, at % (text.length + 1)) + put + text.slice((at % (text.length + 1)) + 1),
    );
  fc.assert(
    fc.property(nearlyJson, (text) => {
      assert.equal(errorIn(text) === null, runtimeTakes(text), text);
    }),
    { numRuns: 2_000 },
  );
});

for (const [what, text] of [
  ['arrays', '['.repeat(1_000_000)],
  ['objects', '{"a":'.repeat(1_000_000)],
  ['arrays that end', '['.repeat(1_000_000) + ']'.repeat(1_000_000)],
] as const) {
  test(`${what} nested a million times are read only to the maximum depth`, () => {
    const error = errorIn(text);
    assert.match(error?.reason ?? '', /nesting exceeds 64 levels/);
    assert.equal(error?.column, text.startsWith('[') ? 65 : 321);
  });
}

test('an error before the maximum depth is reported first', () => {
  assert.match(errorIn(`[x,${'['.repeat(100)}`)?.reason ?? '', /found "x"/);
});

test('an object has at most 32,768 names', () => {
  assert.equal(errorIn(objectOf(32_768)), null);
  assert.match(errorIn(objectOf(32_769))?.reason ?? '', /more than 32768 names/);
  assert.match(errorIn(`[1,{"a":{${'"a":1,'.repeat(32_768)}"a":1}}]`)?.reason ?? '', /more than 32768 names/);
});

function objectOf(names: number): string {
  return `{${Array.from({ length: names }, (_, index) => `"${index}":0`).join(',')}}`;
}

function errorIn(text: string): InvalidJsonError | null {
  try {
    readStructure(text, { realNumbers: true });
    return null;
  } catch (error) {
    if (error instanceof InvalidJsonError) return error;
    throw error;
  }
}

function runtimeTakes(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
