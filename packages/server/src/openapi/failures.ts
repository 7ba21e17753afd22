import { type ErrorCode, errorRegistry } from '../core/errors.ts';
import { errorEnvelope } from '../http/envelope.ts';
import { ERRORS_OF_THE_SERVICE, errorsOf } from '../http/route-errors.ts';
import { ANSWER_HEADERS } from './answers.ts';
import type { DescribedRoute } from './described-route.ts';
import type { JsonSchema } from './json-schema.ts';
import type { NamedSchemas } from './named-schemas.ts';
import { pascalCase } from './operation-name.ts';

/** Returns the error answers of the route by status, as references. The default covers errors that any request may get. */
export function failuresOf(route: DescribedRoute): Readonly<Record<string, JsonSchema>> {
  const byStatus = [...ownErrors(route)].map(([status, codes]): [string, JsonSchema] => [
    String(status),
    { $ref: `#/components/responses/${nameOf(codes)}` },
  ]);
  return { ...Object.fromEntries(byStatus), default: { $ref: '#/components/responses/ServiceFailure' } };
}

/** Returns the answers that `failuresOf` references. */
export function failureComponents(
  routes: readonly DescribedRoute[],
  schemas: NamedSchemas,
): {
  readonly responses: Readonly<Record<string, JsonSchema>>;
  readonly headers: Readonly<Record<string, JsonSchema>>;
} {
  const envelope = schemas.refer(errorEnvelope);
  const groups = routes.flatMap((route) => [...ownErrors(route).values()]);
  const responses = new Map(groups.map((codes) => [nameOf(codes), failure(codes, envelope)]));
  responses.set('ServiceFailure', failure(ERRORS_OF_THE_SERVICE, envelope));
  return { responses: Object.fromEntries(responses), headers: HEADERS };
}

function ownErrors({ method, config }: DescribedRoute): ReadonlyMap<number, readonly ErrorCode[]> {
  const own = errorsOf({ method, config }).filter((code) => !ERRORS_OF_THE_SERVICE.includes(code));
  return Map.groupBy(
    own.toSorted((a, b) => statusOf(a) - statusOf(b)),
    statusOf,
  );
}

function statusOf(code: ErrorCode): number {
  return errorRegistry[code].status;
}

/** Returns a name that is an identifier in the languages of clients: `NotFoundOrConflict`. */
function nameOf(codes: readonly ErrorCode[]): string {
  return codes.map(pascalCase).join('Or');
}

function failure(codes: readonly ErrorCode[], envelope: JsonSchema): JsonSchema {
  const meanings = codes.map((code) => `- \`${code}\` (${statusOf(code)}): ${errorRegistry[code].meaning}`);
  const ofTheseCodes = { properties: { error: { properties: { code: { enum: codes } } } } };
  return {
    description: meanings.join('\n'),
    headers: { ...ANSWER_HEADERS, ...headersOf(codes) },
    content: { 'application/json': { schema: { allOf: [envelope, ofTheseCodes] } } },
  };
}

function headersOf(codes: readonly ErrorCode[]): Readonly<Record<string, JsonSchema>> {
  return {
    ...(codes.includes('invalid_token') && {
      'WWW-Authenticate': { $ref: '#/components/headers/WwwAuthenticate' },
    }),
    ...(codes.some((code) => SAYING_WHEN.has(code)) && {
      'Retry-After': { $ref: '#/components/headers/RetryAfter' },
    }),
    ...(codes.includes('rate_limited') && {
      'RateLimit-Policy': { $ref: '#/components/headers/RateLimitPolicy' },
      RateLimit: { $ref: '#/components/headers/RateLimit' },
    }),
  };
}

const SAYING_WHEN: ReadonlySet<ErrorCode> = new Set([
  'unavailable',
  'rate_limited',
  'idempotency_in_progress',
]);

const HEADERS = {
  XRequestId: {
    description:
      'The id of the request, as in the envelope. The server log has the cause of an internal error under this id.',
    required: true,
    schema: { type: 'string' },
  },
  WwwAuthenticate: {
    description: 'The authentication scheme.',
    required: true,
    schema: { const: 'Bearer' },
  },
  RetryAfter: {
    description:
      'With `unavailable`, `rate_limited` and `idempotency_in_progress`: the number of seconds until a retry.',
    schema: { type: 'string', pattern: '^\\d+$' },
  },
  IdempotencyReplayed: {
    description: 'Present if the answer is that of an earlier request with the same `Idempotency-Key`.',
    schema: { const: 'true' },
  },
  RateLimitPolicy: {
    description:
      'In every answer to a token with a rate limit: the number of requests (`q`) allowed at once, and then in each period (`w`, in seconds).',
    schema: { type: 'string' },
  },
  RateLimit: {
    description:
      'With `RateLimit-Policy`: the number of remaining requests (`r`), and the number of seconds until one more is allowed (`t`).',
    schema: { type: 'string' },
  },
} as const;
