import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { Credential } from '../../core/credential.ts';
import type { ErrorCode } from '../../core/errors.ts';
import type { OperationGrouping } from '../access/operation-grouping.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Of the failure that was answered; null for a success. */
    errorCode: ErrorCode | null;
    /** The stream of the answer, where that counts what it has given. */
    sentStream: CountingStream | null;
  }
}

/** As Node's streams of files do. */
interface CountingStream {
  readonly bytesRead: number;
}

/** What can be told of a request once it is over: nothing of what was in it. */
export interface FinishedRequest {
  readonly requestId: string;
  readonly method: string;
  /** The pattern of the route, `/projects/:project`; null where no route took the request. */
  readonly route: string | null;
  /** 499 where the client left before any of the answer was sent. */
  readonly status: number;
  readonly errorCode: ErrorCode | null;
  /** From the arrival of its headers to the end of its answer, or until the client left. */
  readonly durationMs: number;
  /** Of its body, as far as that was read. */
  readonly bytesIn: number;
  /** Of the answer's body, as far as that was sent. */
  readonly bytesOut: number;
  /** Null on a public route, and where the request was not authenticated. */
  readonly credential: Credential | null;
  /** Null where that is so, and where it concerns no project that there is. */
  readonly projectId: number | null;
  readonly grouping: OperationGrouping | null;
  readonly traceId: string | null;
}

/** Told of each request that is over. It must be quick and never throw: it runs between requests. */
export type RequestObserver = (finished: FinishedRequest) => void;

/**
 * Tells every observer of every request when it is over, once each. Fastify's `onResponse` would not tell of those whose client
 * left before the answer: the response's own `close` comes in every case, and last.
 */
export function observeRequests(app: FastifyInstance, observers: readonly RequestObserver[]): void {
  app.decorateRequest('errorCode', null);
  app.decorateRequest('sentStream', null);
  if (observers.length === 0) return;
  app.addHook('onRequest', (request, reply, done) => {
    reply.raw.on('close', () => {
      const finished = describe(request, reply);
      for (const observe of observers) observe(finished);
    });
    done();
  });
  app.addHook('onSend', (request, _reply, payload, done) => {
    if (isCounting(payload)) request.sentStream = payload;
    done(null, payload);
  });
}

/** As nginx has it in its logs: the client closed the request. */
const CLIENT_LEFT = 499;

function describe(request: FastifyRequest, reply: FastifyReply): FinishedRequest {
  const { headersSent } = reply.raw;
  return {
    requestId: request.id,
    method: request.method,
    route: request.routeOptions.url ?? null,
    status: headersSent ? reply.statusCode : CLIENT_LEFT,
    errorCode: headersSent ? request.errorCode : null,
    durationMs: reply.elapsedTime,
    bytesIn: request.bodySizeBytes,
    bytesOut: headersSent ? bytesSent(request, reply) : 0,
    credential: request.credential,
    projectId: request.projectId,
    grouping: request.grouping,
    traceId: request.traceId,
  };
}

function bytesSent({ method, sentStream }: FastifyRequest, reply: FastifyReply): number {
  if (method === 'HEAD' || reply.statusCode === 304) return 0;
  return sentStream?.bytesRead ?? Number(reply.getHeader('content-length') ?? 0);
}

function isCounting(payload: unknown): payload is CountingStream {
  return (
    typeof payload === 'object' &&
    payload !== null &&
    'bytesRead' in payload &&
    typeof payload.bytesRead === 'number'
  );
}
