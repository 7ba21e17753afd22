import { isJsonSchema } from '../../openapi/json-schema.ts';

/** A value of which one field is changed, and the field that an error must name. */
export interface FieldMutation {
  readonly what: string;
  /** `body.columns[0].column_name` */
  readonly field: string;
  readonly value: unknown;
}

/**
 * Variants of the value in which one field is missing, of another type, empty, too long, or unknown, for every field in turn. The schema
 * may allow some of these.
 */
export function fieldMutations(value: unknown, field: string): readonly FieldMutation[] {
  const here = REPLACEMENTS.map(([what, replacement]) => ({ what, field, value: replacement }));
  return [...here, ...unknownField(value, field), ...mutationsBelow(value, field)];
}

const REPLACEMENTS: readonly (readonly [what: string, replacement: unknown])[] = [
  ['null', null],
  ['true', true],
  ['a number', 0.5],
  ['a negative number', -1],
  ['a huge number', 1e300],
  ['empty text', ''],
  ['a control character', 'a\u0000b'],
  ['half a character', '\ud800'],
  ['text of any script', 'né \u{1f4a5}'],
  ['text too long', 'x'.repeat(120_000)],
  ['an empty list', []],
  ['a list in a list', [[]]],
  ['a list too long', Array.from({ length: 10_001 }, () => null)],
  ['an empty object', {}],
  ['an object in an object', { a: { b: {} } }],
];

function unknownField(value: unknown, field: string): readonly FieldMutation[] {
  if (!isJsonSchema(value)) return [];
  return [{ what: 'unknown', field: `${field}.no_such_field`, value: { ...value, no_such_field: 1 } }];
}

function mutationsBelow(value: unknown, field: string): readonly FieldMutation[] {
  if (Array.isArray(value)) {
    // With only this item, because duplicate items would be another error.
    return value
      .slice(0, 1)
      .flatMap((item) =>
        fieldMutations(item, `${field}[0]`).map((mutation) => replaced(mutation, [mutation.value])),
      );
  }
  if (!isJsonSchema(value)) return [];
  return Object.keys(value).flatMap((key): readonly FieldMutation[] => {
    const { [key]: inner, ...others } = value;
    const below = `${field}.${key}`;
    const mutations = fieldMutations(inner, below).map((mutation) =>
      replaced(mutation, { ...others, [key]: mutation.value }),
    );
    return [replaced({ what: 'missing', field: below, value: inner }, others)].concat(mutations);
  });
}

/** The same mutation, for the enclosing value. */
function replaced({ what, field }: FieldMutation, value: unknown): FieldMutation {
  return { what, field, value };
}
