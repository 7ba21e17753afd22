import { OPERATION_HEADER_FORM } from '../http/access/operation-grouping.ts';
import { MAX_KEY_LENGTH } from '../http/idempotency.ts';
import { takesIdempotencyKey } from '../http/route-errors.ts';
import type { DescribedRoute } from './described-route.ts';
import { type JsonSchema, toJsonSchema } from './json-schema.ts';
import type { NamedSchemas } from './named-schemas.ts';

/** The headers that requests with a token may send, each described once. */
const HEADERS = {
  IdempotencyKey: {
    name: 'Idempotency-Key',
    description:
      'With it, the request has effect once, however often it is sent in 24 hours, and its first answer is given again.',
    schema: { type: 'string', minLength: 1, maxLength: MAX_KEY_LENGTH },
  },
  OperationKey: {
    name: 'X-Operation-Key',
    description: 'What the calls that belong together do: `edit-profile-email`.',
    schema: { type: 'string', ...OPERATION_HEADER_FORM },
  },
  OperationRunId: {
    name: 'X-Operation-Run-Id',
    description: 'The one time that it is done: the same in each of its calls.',
    schema: { type: 'string', ...OPERATION_HEADER_FORM },
  },
  TraceParent: {
    name: 'traceparent',
    description: 'The trace that the request is a part of, as W3C Trace Context has it.',
    schema: { type: 'string' },
  },
} as const;

export function headerComponents(schemas: NamedSchemas): Readonly<Record<string, JsonSchema>> {
  const entries = Object.entries(HEADERS).map(([component, { schema, ...header }]) => [
    component,
    { ...header, in: 'header', required: false, schema: schemas.refer(toJsonSchema(schema)) },
  ]);
  return Object.fromEntries(entries);
}

/** Every request may say what it belongs to; one that changes something, that it is to have effect once. */
export function headersOf({ method, config }: DescribedRoute): readonly JsonSchema[] {
  if (config.access === 'public') return [];
  const { IdempotencyKey, ...ofAny } = HEADERS;
  const headers = takesIdempotencyKey({ method, config }) ? { IdempotencyKey, ...ofAny } : ofAny;
  return Object.keys(headers).map((component) => ({ $ref: `#/components/parameters/${component}` }));
}
