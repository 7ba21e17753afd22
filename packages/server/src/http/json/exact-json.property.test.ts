import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import * as fc from 'fast-check';

import { realNumber } from '../../core/real-number.ts';
import { parseExactJson, readExactJson } from './exact-json.ts';
import { readStructure } from './json-structure.ts';

declare global {
  interface JSON {
    /** With the source text of each primitive value, which TypeScript does not declare yet. */
    parse(
      text: string,
      reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
    ): unknown;
  }
}

/** A slow reference implementation that reads the source text of each value. https://tc39.es/proposal-json-parse-with-source/ */
function parseSlowly(text: string): unknown {
  return JSON.parse(text, (_name, value, { source = '' }) => {
    if (typeof value !== 'number') return value;
    if (Number.isSafeInteger(value)) return /^-?\d+$/.test(source) ? value : realNumber(value);
    return /^-?\d+$/.test(source) ? BigInt(source) : value;
  });
}

const digits = (minLength: number, maxLength: number) =>
  fc
    .string({ unit: fc.constantFrom('0', '1', '2', '3', '4', '5', '6', '7', '8', '9'), minLength, maxLength })
    .map((text) => `1${text}`);
const number = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.oneof(
      digits(0, 3),
      digits(13, 20),
      digits(20, 400),
      fc.constantFrom('0', '9007199254740991', '9007199254740992'),
    ),
    fc.oneof(
      fc.constant(''),
      digits(0, 20).map((text) => `.${text}`),
      fc.constantFrom('.0', '.00', '.000000000000000000000', '.5', '.05', '.50'),
    ),
    fc.oneof(fc.constant(''), fc.constantFrom('e0', 'E1', 'e-5', 'e+20', 'e400', 'E-0')),
  )
  .map((parts) => parts.join(''));
const string = fc.oneof(
  fc.string({ unit: 'grapheme' }).map((text) => JSON.stringify(text)),
  fc.constantFrom(
    '"9007199254740993"',
    '"\\u0039007199254740993"',
    '"\\\\"',
    '"\\""',
    '"a, 9007199254740993]"',
  ),
);
/** Without the names `"\\""` and `"\\\\"`, which `JSON.parse` of V8 13.6 confuses if a text has both. */
const name = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 2 }).map((text) => JSON.stringify(text)),
  fc.constantFrom('"__proto__"', '"\\u005f_proto__"', '"constructor"', '"0"', '"1"', '"10"', '"a"', '""'),
);
const space = fc.constantFrom('', '', ' ', '\n', '\t\r ');

/** JSON texts in every spelling: spaces anywhere, escapes, numbers of any length. */
const { json } = fc.letrec<{ json: string; array: string; object: string }>((tie) => ({
  json: fc
    .tuple(
      space,
      fc.oneof(
        { maxDepth: 4, withCrossShrink: true },
        fc.oneof(number, string, fc.constantFrom('true', 'false', 'null')),
        tie('array'),
        tie('object'),
      ),
      space,
    )
    .map((parts) => parts.join('')),
  array: fc.array(tie('json'), { maxLength: 6 }).map((items) => `[${items.join(',')}]`),
  object: fc
    .uniqueArray(fc.tuple(name, space, tie('json')), {
      maxLength: 6,
      selector: ([key]) => JSON.parse(key),
    })
    .map((members) => `{${members.map(([key, gap, value]) => `${key}${gap}:${value}`).join(',')}}`),
}));

function valueOf(text: string): unknown {
  const reading = readExactJson(text, readStructure(text, { realNumbers: true }));
  for (;;) {
    const { done, value } = reading.next();
    if (done === true) return value;
  }
}

test('every JSON text is parsed as by a reviver that checks the source text of each number', () => {
  fc.assert(
    fc.property(json, (text) => {
      assert.deepStrictEqual(parseExactJson(text), parseSlowly(text));
    }),
    { numRuns: 2_000 },
  );
});

/** Makes a member longer than a chunk, or adds many members, or one long string. */
const padding = fc.constantFrom(
  '0,'.repeat(40_000),
  `"${'a'.repeat(70_000)}",`,
  '{"a":9007199254740993},'.repeat(4_000),
  `[${'1,'.repeat(70_000)}9007199254740993],`,
);
const members = Array.from({ length: 4_000 }, (_, index) => `"n${index}":9007199254740993,`).join('');
const others = `"list":[${'null,'.repeat(40_000)}7],"text":"${'a'.repeat(70_000)}",`;

/** More with PROPERTY_RUNS (`npm run test:long`). */
const LARGE_RUNS = Math.ceil(Number(process.env['PROPERTY_RUNS'] ?? 6_000) / 500);

describe('a text of several chunks is parsed if it consists of', () => {
  test('an array', () => {
    fc.assert(
      fc.property(padding, json, padding, json, space, (before, first, between, last, gap) => {
        const text = `${gap}[${gap}${before}${first},${gap}${between}${last}]${gap}`;
        assert.deepStrictEqual(valueOf(text), parseSlowly(text));
      }),
      { numRuns: LARGE_RUNS },
    );
  });

  test('an object', () => {
    fc.assert(
      fc.property(json, json, space, (first, last, gap) => {
        const text = `{${gap}"first" :${first},${members}"__proto__":${first},${others} "last": ${last}${gap}}`;
        const value = valueOf(text);
        assert.deepStrictEqual(value, parseSlowly(text));
        assert.deepStrictEqual(Object.keys(value ?? {}), Object.keys(parseSlowly(text) ?? {}));
      }),
      { numRuns: LARGE_RUNS },
    );
  });

  test('an object with duplicate names: the last value counts, in the position of the first', () => {
    const large = `[${'1,'.repeat(40_000)}9007199254740993]`;
    const text = `{"a":1,"b":${large},${members}"b":9007199254740994,"c":3,"a":${large}}`;
    const value = valueOf(text);
    assert.ok(typeof value === 'object' && value !== null);
    assert.deepStrictEqual(Object.keys(value).slice(0, 3), ['a', 'b', 'n0']);
    assert.equal(Reflect.get(value, 'b'), 9007199254740994n);
    assert.equal(Reflect.get(value, 'a').at(-1), 9007199254740993n);
  });

  test('nested containers', () => {
    fc.assert(
      fc.property(padding, json, json, (inner, first, last) => {
        const text = `[{"list":[[${inner}${first}], 1],${members}"x":{"deep":[${inner}${last}]}},${inner}2]`;
        assert.deepStrictEqual(valueOf(text), parseSlowly(text));
      }),
      { numRuns: Math.ceil(LARGE_RUNS / 2) },
    );
  });

  test('anything, one chunk at a time', () => {
    const row = `{"a":9007199254740993,"b":"\\u0061"},`;
    for (const text of [
      `[${'1,'.repeat(5_000_000)}9007199254740993]`,
      `{"rows":[${row.repeat(100_000)}1]}`,
      `[[[${'{},'.repeat(1_000_000)}0]]]`,
      `{${members}"a":0}`,
    ]) {
      const reading = readExactJson(text, readStructure(text, { realNumbers: true }));
      let left = text.length;
      for (;;) {
        const { done, value } = reading.next();
        if (done === true) break;
        // No chunk is longer than the maximum plus one member.
        assert.ok(left - value < 70_000, `${left - value} characters at once`);
        left = value;
      }
      assert.ok(left < 70_000);
    }
  });
});

test('an integer that is too long for any column becomes one out of range, without taking time', () => {
  const value = parseExactJson(`[-${'7'.repeat(10_000_000)}]`);
  assert.ok(Array.isArray(value) && typeof value[0] === 'bigint');
  assert.equal(Number(value[0]), -Infinity);
});

test('a text that is not JSON is refused with the position of the error', () => {
  assert.throws(() => parseExactJson('[9007199254740993,\n9007199254740993x]'), { line: 2, column: 17 });
});
