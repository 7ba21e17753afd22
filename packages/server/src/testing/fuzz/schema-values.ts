import * as fc from 'fast-check';

import type { OpenApiDocument } from '../../openapi/document.ts';
import { isJsonSchema, type JsonSchema, propertiesOf } from '../../openapi/json-schema.ts';
import { strangeStrings } from './strange-strings.ts';

export interface ValueOptions {
  readonly document: OpenApiDocument;
  /** Words with a meaning for the service, such as a table name: requests without any are rejected early. */
  readonly words: readonly string[];
  /** Whether every optional field is present and no array is empty. */
  readonly inFull: boolean;
}

/** Values that a schema of the document allows. */
export function valuesOf(schema: JsonSchema, options: ValueOptions): fc.Arbitrary<unknown> {
  const { $ref: reference, enum: listed, anyOf, type } = schema;
  if (typeof reference === 'string') return valuesOf(resolved(reference, options.document), options);
  if ('const' in schema) return fc.constant(schema['const']);
  if (Array.isArray(listed)) return fc.constantFrom<unknown[]>(...listed);
  if (Array.isArray(anyOf)) return oneOf(anyOf.filter(isJsonSchema).map((each) => valuesOf(each, options)));
  if (Array.isArray(type)) return oneOf(type.map((each) => valuesOf({ ...schema, type: each }, options)));
  switch (type) {
    case 'string':
      return strings(schema, options.words);
    case 'integer':
      return fc.maxSafeInteger().map((value) => within(schema, value));
    case 'number':
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return arrays(schema, options);
    case 'object':
      return objects(schema, options);
    default:
      return openValues(options.words).filter((value) => !isOfType(value, schema['not']));
  }
}

/** Whether `not` excludes the type of the value. */
function isOfType(value: unknown, not: unknown): boolean {
  const types = isJsonSchema(not) ? [not['type']].flat() : [];
  return types.includes(Array.isArray(value) ? 'array' : typeof value);
}

/** The schema that a `$ref` such as `#/components/schemas/Flag` names. */
export function resolved(reference: string, document: OpenApiDocument): JsonSchema {
  const schema = document.components['schemas']?.[reference.split('/').at(-1) ?? ''];
  if (schema === undefined) throw new Error(`${reference} is not in the document.`);
  return schema;
}

function oneOf(alternatives: readonly fc.Arbitrary<unknown>[]): fc.Arbitrary<unknown> {
  return fc.oneof(...alternatives);
}

/** Half of the values are near the lower bound, where ids and limits are. */
function within({ minimum, maximum }: JsonSchema, value: number): number {
  const low = typeof minimum === 'number' ? minimum : Number.MIN_SAFE_INTEGER;
  const high = typeof maximum === 'number' ? maximum : Number.MAX_SAFE_INTEGER;
  const near = value % 2 === 0 ? Math.abs(value) % 10 : Math.abs(value);
  return Math.min(high, Math.max(low, low >= 0 ? low + near : value));
}

function strings(schema: JsonSchema, words: readonly string[]): fc.Arbitrary<string> {
  const { pattern, minLength = 0, maxLength = 1_000 } = schema;
  const rule = typeof pattern === 'string' ? new RegExp(pattern, 'u') : null;
  const allowed = (text: string) => {
    const { length } = Array.from(text);
    return (rule === null || rule.test(text)) && length >= Number(minLength) && length <= Number(maxLength);
  };
  const known = words.filter(allowed);
  const others = rule === null ? strangeStrings : matching(rule);
  const drawn = others.filter(allowed);
  return known.length === 0
    ? drawn
    : fc.oneof({ arbitrary: fc.constantFrom(...known), weight: 3 }, { arbitrary: drawn, weight: 1 });
}

/** fast-check does not support lookaheads and lookbehinds, so the texts that they exclude are filtered out afterwards. */
function matching(rule: RegExp): fc.Arbitrary<string> {
  return fc.stringMatching(new RegExp(rule.source.replaceAll(/\(\?<?[!=][^)]*\)/g, '')), { size: 'small' });
}

function arrays(schema: JsonSchema, options: ValueOptions): fc.Arbitrary<unknown> {
  const { items, minItems = 0, maxItems = 4, uniqueItems } = schema;
  const item = valuesOf(isJsonSchema(items) ? items : {}, options);
  const minLength = Math.max(Number(minItems), options.inFull ? 1 : 0);
  const lengths = { minLength, maxLength: Math.min(Number(maxItems), minLength + 3) };
  return uniqueItems === true
    ? fc.uniqueArray(item, { ...lengths, selector: (value) => JSON.stringify(value) })
    : fc.array(item, lengths);
}

function objects(schema: JsonSchema, options: ValueOptions): fc.Arbitrary<unknown> {
  const fields = propertiesOf(schema);
  if (fields.length === 0 && schema['additionalProperties'] !== false) return openObjects(options.words);
  const model = Object.fromEntries(fields.map((field) => [field.name, valuesOf(field.schema, options)]));
  const required = fields.filter((field) => options.inFull || field.required).map(({ name }) => name);
  return fc.record(model, { requiredKeys: required });
}

/** Objects such as rows, with words as keys and arbitrary JSON values. */
function openObjects(words: readonly string[]): fc.Arbitrary<unknown> {
  return fc.dictionary(fc.constantFrom(...words), openValues(words), { maxKeys: 4 });
}

function openValues(words: readonly string[]): fc.Arbitrary<unknown> {
  const scalar = fc.oneof(
    fc.constantFrom(...words),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(null, true, false),
    strangeStrings,
  );
  const object = fc.dictionary(fc.constantFrom(...words), scalar, { maxKeys: 3 });
  return fc.oneof(
    { arbitrary: scalar, weight: 5 },
    { arbitrary: object, weight: 2 },
    { arbitrary: fc.array(object, { maxLength: 3 }), weight: 1 },
    { arbitrary: fc.array(scalar, { maxLength: 3 }), weight: 1 },
    { arbitrary: fc.jsonValue(), weight: 1 },
  );
}
