import type { ErrorObject } from 'ajv';

import type { ErrorDetail } from '../core/errors.ts';

/**
 * The schema keyword that describes what a `pattern` allows, for people (`'x-allowed': 'lower-case letters, digits, "_" and
 * "-"'`).
 */
export const ALLOWED_KEYWORD = 'x-allowed';

/** Returns Ajv's errors about one part of a request (`body`, `query`, `path`) as messages for the client. */
export function detailsOf(part: string, errors: readonly ErrorObject[]): readonly ErrorDetail[] {
  const details = new Map<string, ErrorDetail>();
  for (const error of withUnionsResolved(errors)) {
    const detail = { field: fieldOf(part, error), message: sentenceOf(part, error) };
    details.set(`${detail.field} ${detail.message}`, detail);
  }
  return [...details.values()];
}

/**
 * Simplifies the errors of a union. A value that matches no alternative fails each of them, and the union. Only one of these
 * is useful: the errors of the intended alternative, if its type matches, or else the error of the union.
 */
function withUnionsResolved(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const unions = errors.filter(isUnion).toSorted((a, b) => a.schemaPath.length - b.schemaPath.length);
  const outermost = unions[0];
  if (outermost === undefined) return errors;
  const isBelow = (error: ErrorObject) =>
    error.schemaPath.startsWith(`${outermost.schemaPath}/`) &&
    error.instancePath.startsWith(outermost.instancePath);
  const others = errors.filter((error) => error !== outermost && !isBelow(error));
  const intended = errorsOfIntended(outermost, errors.filter(isBelow));
  return [
    ...withUnionsResolved(intended ?? []),
    ...(intended === null ? [{ ...outermost, keyword: RESOLVED }] : []),
    ...withUnionsResolved(others),
  ];
}

/** Marks a union without an intended alternative, so it is not resolved again. */
const RESOLVED = 'resolved';

function isUnion(error: ErrorObject): boolean {
  return error.keyword === 'anyOf' || error.keyword === 'oneOf';
}

function errorsOfIntended(union: ErrorObject, below: readonly ErrorObject[]): readonly ErrorObject[] | null {
  const alternatives = Array.isArray(union.schema) ? union.schema.length : 0;
  const faults = Array.from({ length: alternatives }, (_, index) =>
    below.filter((error) => error.schemaPath.startsWith(`${union.schemaPath}/${index}/`)),
  );
  const candidates = faults.filter(
    (errors) => errors.length > 0 && !errors.some((error) => isOtherKind(error, union.instancePath)),
  );
  return candidates.toSorted((a, b) => a.length - b.length)[0] ?? null;
}

function isOtherKind(error: ErrorObject, instancePath: string): boolean {
  return error.instancePath === instancePath && ['type', 'const', 'enum'].includes(error.keyword);
}

/** Returns the field: `/columns/0/column_name` in the body is `body.columns[0].column_name`. */
function fieldOf(part: string, error: ErrorObject): string {
  const steps = error.instancePath.split('/').slice(1).map(unescapePointer);
  const { missingProperty, additionalProperty, propertyName } = error.params;
  const named = [missingProperty, additionalProperty, propertyName].find((name) => typeof name === 'string');
  if (typeof named === 'string') steps.push(named);
  return part + steps.map((step) => (/^\d+$/.test(step) ? `[${step}]` : `.${step}`)).join('');
}

/** RFC 6901, section 4. */
function unescapePointer(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}

function sentenceOf(part: string, error: ErrorObject): string {
  if (part === 'query' && Array.isArray(error.data)) return 'must be given only once';
  const sentence = SENTENCES[error.keyword];
  return sentence === undefined ? (error.message ?? 'is not valid') : sentence(error, part);
}

const SENTENCES: Readonly<Record<string, (error: ErrorObject, part: string) => string>> = {
  required: () => 'is required',
  additionalProperties: (error, part) => unknownField(part, error),
  type: (error) => `must be ${describe(error.parentSchema)}${largeInteger(error)}`,
  const: (error) => `must be ${describe(error.parentSchema)}`,
  enum: (error) => `must be ${describe(error.parentSchema)}`,
  not: (error) => `must not be ${describe(error.schema)}`,
  [RESOLVED]: (error) => `must be ${describe({ anyOf: error.schema })}`,
  minimum: (error) => `must be at least ${limitOf(error)}`,
  maximum: (error) => `must be at most ${limitOf(error)}`,
  exclusiveMinimum: (error) => `must be more than ${limitOf(error)}`,
  exclusiveMaximum: (error) => `must be less than ${limitOf(error)}`,
  minLength: (error) => atLeast(error, 'characters'),
  maxLength: (error) => `must be at most ${limitOf(error)} characters`,
  pattern: (error) => `must be ${allowedBy(error)}`,
  minItems: (error) => atLeast(error, 'items'),
  maxItems: (error) => `must be at most ${limitOf(error)} items`,
  minProperties: (error) => atLeast(error, 'fields'),
  maxProperties: (error) => `must be at most ${limitOf(error)} fields`,
  uniqueItems: () => 'must not contain duplicates',
};

function largeInteger({ data }: ErrorObject): string {
  return typeof data === 'bigint' ? '; send an integer beyond ±(2^53−1) as a string of digits' : '';
}

function limitOf(error: ErrorObject): string {
  return String(error.params['limit']);
}

function atLeast(error: ErrorObject, units: string): string {
  return error.params['limit'] === 1 ? 'must not be empty' : `must be at least ${limitOf(error)} ${units}`;
}

function allowedBy(error: ErrorObject): string {
  const allowed = error.parentSchema?.[ALLOWED_KEYWORD];
  return typeof allowed === 'string' ? allowed : `text that matches ${error.params['pattern']}`;
}

function unknownField(part: string, error: ErrorObject): string {
  const known = Object.keys(
    isRecord(error.parentSchema?.['properties']) ? error.parentSchema['properties'] : {},
  );
  if (known.length > 0) return `is not known; allowed: ${known.join(', ')}`;
  return part === 'query'
    ? 'is not known; this route takes no query parameters'
    : 'is not known; no field is allowed here';
}

/** Describes what a schema allows, after "must be": `a string or null`, `one of json, sql`. */
function describe(schema: unknown): string {
  if (!isRecord(schema)) return 'something else';
  const values = valuesOf(schema);
  if (values !== null) return values.length === 1 ? values.join('') : `one of ${values.join(', ')}`;
  if (Array.isArray(schema['anyOf'])) return [...new Set(schema['anyOf'].map(describe))].join(' or ');
  const types = [schema['type']].flat().filter((type) => typeof type === 'string');
  return types.map((type) => TYPES_IN_WORDS[type] ?? type).join(' or ') || 'something else';
}

const TYPES_IN_WORDS: Readonly<Record<string, string>> = {
  string: 'a string',
  integer: 'an integer',
  number: 'a number',
  boolean: 'true or false',
  array: 'an array',
  object: 'an object',
  null: 'null',
};

/** Returns the values that a schema lists, or null if it does not list all of them. */
function valuesOf(schema: Readonly<Record<string, unknown>>): readonly string[] | null {
  if ('const' in schema) return [literal(schema['const'])];
  if (Array.isArray(schema['enum'])) return schema['enum'].map(literal);
  if (!Array.isArray(schema['anyOf'])) return null;
  const alternatives = schema['anyOf'].map((alternative) =>
    isRecord(alternative) ? valuesOf(alternative) : null,
  );
  return alternatives.every((values) => values !== null) ? alternatives.flat() : null;
}

function literal(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
