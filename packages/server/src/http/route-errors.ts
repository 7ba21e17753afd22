import type { FastifyContextConfig } from 'fastify';

import { type ErrorCode, errorRegistry } from '../core/errors.ts';
import { takesBody } from './bodies/takes-body.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The errors of the route, besides those that follow from its access, path and body. */
    errors?: readonly ErrorCode[];
  }
}

/** The properties of a route that `errorsOf` needs. */
export interface FailingRoute {
  readonly method: string | readonly string[];
  readonly config: FastifyContextConfig;
}

/** The errors that any request may get: limits of the connection, or a fault of the service. */
export const ERRORS_OF_THE_SERVICE: readonly ErrorCode[] = [
  'request_timeout',
  'headers_too_large',
  'internal_error',
  'unavailable',
  'storage_full',
];

/** Returns every error that the route may answer with, in the order of the registry. */
export function errorsOf({ method, config }: FailingRoute): readonly ErrorCode[] {
  const possible = new Set<ErrorCode>([
    ...ERRORS_OF_THE_SERVICE,
    ...ERRORS_OF_A_REQUEST,
    ...errorsOfAccess(config),
    ...(takesBody(method) ? errorsOfBody(config) : []),
    ...(takesIdempotencyKey({ method, config }) ? ERRORS_OF_KEYS : []),
    ...(config.errors ?? []),
  ]);
  return (Object.keys(errorRegistry) as ErrorCode[]).filter((code) => possible.has(code));
}

interface RouteWithConfig extends Pick<FailingRoute, 'method'> {
  readonly config?: FastifyContextConfig;
}

/** Returns whether the route changes something for a token. Those of sessions may be repeated without a second effect. */
export function takesIdempotencyKey({ method, config }: RouteWithConfig): boolean {
  return takesBody(method) && config?.access !== 'public' && config?.access !== 'session';
}

const ERRORS_OF_KEYS: readonly ErrorCode[] = ['idempotency_in_progress', 'idempotency_mismatch'];

/** Every route refuses unknown query parameters. */
const ERRORS_OF_A_REQUEST: readonly ErrorCode[] = ['malformed_request', 'validation_failed'];

function errorsOfAccess({ access }: FastifyContextConfig): readonly ErrorCode[] {
  if (access === 'public') return [];
  return [
    'missing_authorization',
    'invalid_token',
    // Also on a route for every token: a session is refused on a page of another origin.
    'permission_denied',
    'rate_limited',
    // The admin credential may name a project that does not exist.
    ...(access === 'project' ? (['not_found'] as const) : []),
  ];
}

function errorsOfBody({ body }: FastifyContextConfig): readonly ErrorCode[] {
  const ofAny = ['unsupported_media_type', 'payload_too_large'] as const;
  return body === 'stream' ? ofAny : ['invalid_json', ...ofAny];
}
