import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { ErrorCode } from '../errors.ts';
import type { Credential } from './credential.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Of the failure that was answered; null for a success. */
    errorCode: ErrorCode | null;
  }
}

/** What can be told of a request once it is over: nothing of what was in it. */
export interface FinishedRequest {
  readonly requestId: string;
  readonly method: string;
  /** The pattern of the route, `/projects/:project`; null where no route took the request. */
  readonly route: string | null;
  readonly status: number;
  readonly errorCode: ErrorCode | null;
  /** From the arrival of its headers to the end of its answer. */
  readonly durationMs: number;
  /** Null on a public route, and where the request was not authenticated. */
  readonly credential: Credential | null;
}

/** Told of each request that is over. It must be quick and never throw: it runs between requests. */
export type RequestObserver = (finished: FinishedRequest) => void;

/** Tells every observer of every request when it is over. */
export function observeRequests(app: FastifyInstance, observers: readonly RequestObserver[]): void {
  app.decorateRequest('errorCode', null);
  if (observers.length === 0) return;
  app.addHook('onResponse', (request, reply, done) => {
    const finished = describe(request, reply);
    for (const observe of observers) observe(finished);
    done();
  });
}

function describe(request: FastifyRequest, reply: FastifyReply): FinishedRequest {
  return {
    requestId: request.id,
    method: request.method,
    route: request.routeOptions.url ?? null,
    status: reply.statusCode,
    errorCode: request.errorCode,
    durationMs: reply.elapsedTime,
    credential: request.credential,
  };
}
