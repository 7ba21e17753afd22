import type { FastifyRequest, onRequestAsyncHookHandler, onRequestHookHandler, RouteOptions } from 'fastify';
import { Type } from 'typebox';

import { type AccessRule, type Reception, requireAccess } from './access/authentication.ts';
import { takesBody } from './bodies/takes-body.ts';
import { normaliseSlug } from './fields/project-slug.ts';
import { IdempotencyKeys } from './idempotency.ts';
import { takesIdempotencyKey } from './route-errors.ts';
import { readValueFormat, VALUE_FORMAT_HEADER } from './value-format.ts';

/** The request headers of some routes. */
export type RouteHeader = 'Prefer' | 'Range' | 'If-Range' | Condition | typeof VALUE_FORMAT_HEADER;

type Condition = 'If-Match' | 'If-None-Match' | 'If-Modified-Since' | 'If-Unmodified-Since';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** `stream`: the handler gets the bytes as they arrive, from a parser that the resource registers. Otherwise JSON. */
    body?: 'json' | 'stream';
    /** The media types of a streamed body. */
    mediaTypes?: readonly string[];
    /** The request headers that the route takes, besides those of every route. */
    headers?: readonly RouteHeader[];
    /** The route's permanent name for client programs (`createTable`). */
    operationId?: string;
  }
}

/**
 * Returns the hook that checks each registered route against the rules of the edge: it states who may call it, describes
 * every parameter, and refuses all others. A route that breaks a rule fails the start, not a request.
 */
export function routeRules(reception: Reception): (route: RouteOptions) => void {
  const idempotencyKeys = new IdempotencyKeys();
  return (route) => {
    const rule = accessRule(route);
    route.schema = closedSchema(route);
    const hooks: (onRequestHookHandler | onRequestAsyncHookHandler)[] = [];
    if (takesProject(route)) hooks.push(normaliseProject);
    if (rule !== null) {
      const check = requireAccess(rule, reception);
      hooks.push(check);
      // While the body arrived, the token may have been revoked, and its project's slug may belong to another project.
      if (takesBody(route.method)) {
        route.preHandler = [check, ...[route.preHandler ?? []].flat()];
        if (takesIdempotencyKey(route)) route.handler = idempotencyKeys.guard(route.handler);
      }
    }
    if (route.config?.headers?.includes(VALUE_FORMAT_HEADER) === true) hooks.push(readValueFormat);
    route.onRequest = [...hooks, ...[route.onRequest ?? []].flat()];
  };
}

/** Returns null for a public route. */
function accessRule(route: RouteOptions): AccessRule | null {
  const { access, scope, tables } = route.config ?? {};
  if (access === undefined) throw broken(route, 'config.access must state who may call the route');
  if (access !== 'project' && access !== 'account') {
    if (scope !== undefined || tables !== undefined) {
      throw broken(route, 'config.scope and config.tables are only for routes that accept a project token');
    }
    return access === 'public' ? null : { access };
  }
  if (access === 'project' && !takesProject(route))
    throw broken(route, 'a project route must have :project in its path');
  if (scope === undefined || (Array.isArray(scope) && scope.length === 0)) {
    throw broken(route, 'config.scope must be the scopes that a token needs, or null');
  }
  return { access, scope, ...(tables !== undefined && { tables }) };
}

function broken(route: RouteOptions, rule: string): Error {
  return new Error(`${String(route.method)} ${route.url}: ${rule}.`);
}

function takesProject(route: RouteOptions): boolean {
  return /\/:project(?:\/|$)/.test(route.url);
}

const nothing = Type.Object({}, { additionalProperties: false });

/** Returns the route's schema, which refuses everything that the route does not declare. */
function closedSchema(route: RouteOptions): NonNullable<RouteOptions['schema']> {
  const schema = route.schema ?? {};
  if (schema.params === undefined && /[:*]/.test(route.url)) {
    throw broken(route, 'schema.params must describe the parameters of the path');
  }
  for (const part of ['params', 'querystring', 'body'] as const) {
    const open = firstOpenObject(schema[part], part);
    if (open !== null)
      throw broken(route, `${open} must have additionalProperties: false (or a schema for other fields)`);
  }
  const takesJson = takesBody(route.method) && route.config?.body !== 'stream';
  return {
    ...schema,
    querystring: schema.querystring ?? nothing,
    ...(takesJson ? { body: schema.body ?? nothing } : {}),
  };
}

/** Returns the path of the first object schema that has properties but does not state whether it accepts others. */
function firstOpenObject(schema: unknown, path: string): string | null {
  if (typeof schema !== 'object' || schema === null) return null;
  if ('properties' in schema && !('additionalProperties' in schema)) return path;
  for (const [key, value] of Object.entries(schema)) {
    const open = firstOpenObject(value, `${path}.${key}`);
    if (open !== null) return open;
  }
  return null;
}

const normaliseProject: onRequestHookHandler = (request: FastifyRequest, _reply, done) => {
  const { params } = request;
  if (
    typeof params === 'object' &&
    params !== null &&
    'project' in params &&
    typeof params.project === 'string'
  ) {
    params.project = normaliseSlug(params.project);
  }
  done();
};
