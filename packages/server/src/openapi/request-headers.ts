import { OPERATION_KEY_FORM, RUN_ID_FORM } from '../http/access/operation-grouping.ts';
import { MAX_KEY_LENGTH } from '../http/idempotency.ts';
import { takesIdempotencyKey } from '../http/route-errors.ts';
import type { RouteHeader } from '../http/route-rules.ts';
import { VALUE_FORMAT_HEADER } from '../http/value-format.ts';
import type { DescribedRoute } from './described-route.ts';
import { type JsonSchema, toJsonSchema } from './json-schema.ts';
import type { NamedSchemas } from './named-schemas.ts';

/** The headers that requests with a token may send, by the name of their component. */
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

const STRONG_TAG = 'The `ETag` of the download';

/** The headers of some routes, by the name of their component. */
const OF_ROUTES: Readonly<Record<RouteHeader, { readonly component: string; readonly description: string }>> =
  {
    Prefer: {
      component: 'Preference',
      description:
        '`respond-async`: the answer is sent at once (202), and the export is made in the background.',
    },
    [VALUE_FORMAT_HEADER]: {
      component: 'ValueFormat',
      description:
        '`plain` (default) or `tagged`: a value that JSON would change is an object that names its type, such as `{"$blob":"AQID"}`, in the request and in the answer.',
    },
    Range: { component: 'ByteRange', description: 'The part of the file to send, such as `bytes=1000-`.' },
    'If-Range': {
      component: 'IfRange',
      description: `${STRONG_TAG} that \`Range\` continues; the whole file is sent if it has another.`,
    },
    'If-Match': {
      component: 'IfMatch',
      description: `${STRONG_TAG} that is expected; another file is \`precondition_failed\`.`,
    },
    'If-None-Match': {
      component: 'IfNoneMatch',
      description: 'The `ETag` that the client has; the answer is 304 if it still holds.',
    },
    'If-Modified-Since': {
      component: 'IfModifiedSince',
      description:
        'An HTTP date; the answer is 304 if the file is not newer. Ignored beside `If-None-Match`.',
    },
    'If-Unmodified-Since': {
      component: 'IfUnmodifiedSince',
      description: 'An HTTP date; a newer file is `precondition_failed`. Ignored beside `If-Match`.',
    },
  };

export function headerComponents(schemas: NamedSchemas): Readonly<Record<string, JsonSchema>> {
  const ofAny = Object.entries(HEADERS).map(([component, { schema, ...header }]) => [
    component,
    { ...header, in: 'header', required: false, schema: schemas.refer(toJsonSchema(schema)) },
  ]);
  const ofRoutes = Object.entries(OF_ROUTES).map(([name, { component, description }]) => [
    component,
    { name, description, in: 'header', required: false, schema: { type: 'string' } },
  ]);
  return Object.fromEntries([...ofAny, ...ofRoutes]);
}

/**
 * Returns the headers of a route: its own, the operation headers if it takes a token, and `Idempotency-Key` if it changes
 * something.
 */
export function headersOf({ method, config }: DescribedRoute): readonly JsonSchema[] {
  const own = (config.headers ?? []).map((name) => OF_ROUTES[name].component);
  const { IdempotencyKey, ...ofAny } = HEADERS;
  const headers = takesIdempotencyKey({ method, config }) ? { IdempotencyKey, ...ofAny } : ofAny;
  const components = config.access === 'public' ? own : [...own, ...Object.keys(headers)];
  return components.map((component) => ({ $ref: `#/components/parameters/${component}` }));
}
