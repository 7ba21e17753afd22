import { OPERATION_HEADER_FORM } from '../http/operation-grouping.ts';
import type { DescribedRoute } from './described-route.ts';
import { type JsonSchema, toJsonSchema } from './json-schema.ts';
import type { NamedSchemas } from './named-schemas.ts';

/** The headers that every request with a token may send, each described once. */
const HEADERS = {
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

export function headersOf({ config }: DescribedRoute): readonly JsonSchema[] {
  if (config.access === 'public') return [];
  return Object.keys(HEADERS).map((component) => ({ $ref: `#/components/parameters/${component}` }));
}
