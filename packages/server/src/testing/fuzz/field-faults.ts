import { isJsonSchema } from '../../openapi/json-schema.ts';

/** A value with one fault, and the field that the error must name. */
export interface FieldFault {
  readonly what: string;
  /** `body.columns[0].column_name` */
  readonly field: string;
  readonly value: unknown;
}

/**
 * Variants of the value in which one field is missing, of another type, empty, too long, or unknown, for every field in turn. The schema
 * may allow some of these.
 */
export function fieldFaults(value: unknown, field: string): readonly FieldFault[] {
  const here = REPLACEMENTS.map(([what, replacement]) => ({ what, field, value: replacement }));
  return [...here, ...unknownField(value, field), ...faultsBelow(value, field)];
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

function unknownField(value: unknown, field: string): readonly FieldFault[] {
  if (!isJsonSchema(value)) return [];
  return [{ what: 'unknown', field: `${field}.no_such_field`, value: { ...value, no_such_field: 1 } }];
}

function faultsBelow(value: unknown, field: string): readonly FieldFault[] {
  if (Array.isArray(value)) {
    // With only this item, because duplicate items would be another fault.
    return value
      .slice(0, 1)
      .flatMap((item) => fieldFaults(item, `${field}[0]`).map((fault) => replaced(fault, [fault.value])));
  }
  if (!isJsonSchema(value)) return [];
  return Object.keys(value).flatMap((key): readonly FieldFault[] => {
    const { [key]: inner, ...others } = value;
    const below = `${field}.${key}`;
    const faults = fieldFaults(inner, below).map((fault) =>
      replaced(fault, { ...others, [key]: fault.value }),
    );
    return [replaced({ what: 'missing', field: below, value: inner }, others)].concat(faults);
  });
}

/** The same fault, for the enclosing value. */
function replaced({ what, field }: FieldFault, value: unknown): FieldFault {
  return { what, field, value };
}
