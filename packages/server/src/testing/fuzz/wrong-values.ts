import * as fc from 'fast-check';

import { strangeStrings } from './strange-strings.ts';

/** JSON text that differs from that of `value` in one random place: a field is missing, has another type, is duplicated… */
export function spoiled(value: unknown): fc.Arbitrary<string> {
  const places = placesIn(value);
  return fc
    .tuple(fc.nat(), fc.constantFrom(...DAMAGES), wrongTexts)
    .map(([place, damage, text]) => damaged(value, places[place % places.length] ?? [], damage, text));
}

/** JSON texts that are wrong for most places. */
const wrongTexts: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    'null',
    'true',
    '0',
    '-1',
    '0.5',
    '""',
    '[]',
    '{}',
    '[[]]',
    '[null]',
    '{"":""}',
    '1e400',
    '-0',
    '9007199254740993',
    '123456789012345678901234567890',
    '"\\ud800"',
    '"\\u0000"',
    '{"__proto__":{"x":1}}',
    '{"constructor":{"prototype":{}}}',
  ),
  strangeStrings.map((text) => JSON.stringify(text)),
  fc.constantFrom(100, 5_000).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
  fc.constantFrom(100, 5_000).map((depth) => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth)),
  fc.constant(JSON.stringify('y'.repeat(100_000))),
);

const DAMAGES = ['replace', 'replace', 'remove', 'add a field', 'cut'] as const;

type Place = readonly (string | number)[];

/** The paths of the value and of everything in it. */
function placesIn(value: unknown, path: Place = []): readonly Place[] {
  if (typeof value !== 'object' || value === null) return [path];
  const below = Object.entries(value).flatMap(([key, inner]) =>
    placesIn(inner, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return [path, ...below];
}

function damaged(value: unknown, place: Place, damage: (typeof DAMAGES)[number], text: string): string {
  switch (damage) {
    case 'replace':
      return textWith(value, place, text);
    case 'remove':
      return textWith(value, place, null);
    case 'add a field':
      return JSON.stringify({ ...(typeof value === 'object' && value), no_such_field: 1 });
    case 'cut': {
      const whole = JSON.stringify(value);
      return whole.slice(0, Math.ceil(whole.length / 2));
    }
  }
}

/** The JSON of a value with this text at the place, or with nothing there. */
function textWith(value: unknown, place: Place, text: string | null): string {
  const [step, ...rest] = place;
  if (step === undefined) return text ?? '';
  if (Array.isArray(value)) {
    const items = value.map((item, index) =>
      index === step ? textWith(item, rest, text) : JSON.stringify(item),
    );
    return `[${items.filter((item) => item !== '').join(',')}]`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(([key, inner]) => {
    const written = key === step ? textWith(inner, rest, text) : JSON.stringify(inner);
    return written === '' ? '' : `${JSON.stringify(key)}:${written}`;
  });
  return `{${fields.filter((field) => field !== '').join(',')}}`;
}
