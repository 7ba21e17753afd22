import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { Credential } from '../../core/credential.ts';
import type { ErrorCode } from '../../core/errors.ts';
import type { OperationGrouping } from '../access/operation-grouping.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The error code of the answer; null for a success. */
    errorCode: ErrorCode | null;
    /** The answer's stream, if it counts its bytes. */
    sentStream: CountingStream | null;
  }
}

/** Like Node's file streams. */
interface CountingStream {
  readonly bytesRead: number;
}

/** The facts about a completed request. It contains no content. */
export interface FinishedRequest {
  readonly requestId: string;
  readonly method: string;
  /** The route pattern, `/projects/:project`; null if no route matched. */
  readonly route: string | null;
  /** 499 if the client disconnected before any of the answer was sent. */
  readonly status: number;
  readonly errorCode: ErrorCode | null;
  /** From the arrival of the headers to the end of the answer, or until the client disconnected. */
  readonly durationMs: number;
  /** The number of bytes of the body that were read. */
  readonly bytesIn: number;
  /** The number of bytes of the answer's body that were sent. */
  readonly bytesOut: number;
  /** Null on a public route, and if the request was not authenticated. */
  readonly credential: Credential | null;
  /** Null without a credential, and if the request has no existing project. */
  readonly projectId: number | null;
  readonly grouping: OperationGrouping | null;
  readonly traceId: string | null;
}

/** Called for each completed request. It must be fast and never throw, because it runs between requests. */
export type RequestObserver = (finished: FinishedRequest) => void;

/**
 * Calls every observer once for every completed request. Fastify's `onResponse` does not run if the client disconnects
 * before the answer. The response's `close` always comes, and comes last.
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

/** nginx's status for "client closed request". */
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
