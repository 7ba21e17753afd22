import { OPERATION_KEY_FORM, RUN_ID_FORM } from '../http/access/operation-grouping.ts';
import { MAX_KEY_LENGTH } from '../http/idempotency.ts';
import { takesIdempotencyKey } from '../http/route-errors.ts';
import type { DescribedRoute } from './described-route.ts';
import { type JsonSchema, toJsonSchema } from './json-schema.ts';
import type { NamedSchemas } from './named-schemas.ts';

/** The headers that requests with a token may send. */
const HEADERS = {
  IdempotencyKey: {
    name: 'Idempotency-Key',
    description:
      'The request takes effect once, however often it is sent with this key in 24 hours. Later requests get the first answer again.',
    schema: { type: 'string', minLength: 1, maxLength: MAX_KEY_LENGTH },
  },
  OperationKey: {
    name: 'X-Operation-Key',
    description: 'The action that the calls belong to, such as `Edit profile email`. UTF-8.',
    schema: { type: 'string', ...OPERATION_KEY_FORM },
  },
  OperationRunId: {
    name: 'X-Operation-Run-Id',
    description: 'One run of the action: the same id in each of its calls.',
    schema: { type: 'string', ...RUN_ID_FORM },
  },
  TraceParent: {
    name: 'traceparent',
    description: 'The trace of the request, as in W3C Trace Context.',
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

/** Returns the headers of a route: the operation headers, and `Idempotency-Key` if the route changes something. */
export function headersOf({ method, config }: DescribedRoute): readonly JsonSchema[] {
  if (config.access === 'public') return [];
  const { IdempotencyKey, ...ofAny } = HEADERS;
  const headers = takesIdempotencyKey({ method, config }) ? { IdempotencyKey, ...ofAny } : ofAny;
  return Object.keys(headers).map((component) => ({ $ref: `#/components/parameters/${component}` }));
}
