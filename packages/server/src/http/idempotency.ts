import { createHash } from 'node:crypto';

import type { FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify';

import type { Credential } from '../core/credential.ts';
import { invalidField, RowhouseError } from '../core/errors.ts';
import type { IdempotentRequest, SealedRequest, Replayable } from '../core/idempotency.ts';
import { credentialOf, presentedToken } from './access/authentication.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Null where the request has no `Idempotency-Key`, and has effect each time that it is sent. */
    idempotency: IdempotentRequest | null;
    /** Of a JSON body, in hexadecimal, where the request has such a key. */
    bodySha256: string;
    /** The id of the request whose answer is given again; null where this one did what it says. */
    originalRequestId: string | null;
  }
}

const HEADER = 'idempotency-key';
/** In characters. */
export const MAX_KEY_LENGTH = 255;

export function hasIdempotencyKey(request: FastifyRequest): boolean {
  return request.headers[HEADER] !== undefined;
}

/** The key of a request, for what is kept in the catalog; null where it has none. */
export function sealedRequestOf(request: FastifyRequest): SealedRequest | null {
  if (request.idempotency === null) return null;
  const credential = credentialOf(request);
  return {
    ...request.idempotency,
    projectId: credential.kind === 'admin' ? null : credential.projectId,
    credential: presentedToken(request),
  };
}

/** SHA-256, in hexadecimal. */
export function sha256Of(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

/**
 * Reads the key of each request to a route, and lets no two of the same key in at once: the second could not be told yet what
 * came of the first.
 */
export class IdempotencyKeys {
  readonly #underWay = new Set<string>();

  /** The handler of a route that changes something, for requests with a key and without. */
  guard(handler: RouteHandlerMethod): RouteHandlerMethod {
    const underWay = this.#underWay;
    return function guarded(request, reply) {
      if (!hasIdempotencyKey(request)) return handler.call(this, request, reply);
      const idempotency = withBody(request, request.bodySha256);
      request.idempotency = idempotency;
      return alone(underWay, placeOf(request, idempotency), async () => handler.call(this, request, reply));
    };
  }
}

/**
 * What a write gave, to be answered. The answer says so where it is that of an earlier request.
 */
export function resultOf<Result>(
  request: FastifyRequest,
  reply: FastifyReply,
  { result, replayOf }: Replayable<Result>,
): Result {
  if (replayOf !== null) {
    request.originalRequestId = replayOf;
    reply.header('idempotency-replayed', 'true');
  }
  return result;
}

async function alone<T>(underWay: Set<string>, place: string, work: () => Promise<T>): Promise<T> {
  if (underWay.has(place)) throw inProgress();
  underWay.add(place);
  try {
    return await work();
  } finally {
    underWay.delete(place);
  }
}

function inProgress(): RowhouseError {
  return new RowhouseError(
    'idempotency_in_progress',
    'A request with this Idempotency-Key is still running.',
    { retryAfterSeconds: 1 },
  );
}

/** The request as its body makes it one of its own, which for a stream is known only in the end. */
export function withBody(request: FastifyRequest, bodySha256: string): IdempotentRequest {
  const { method, url } = request;
  return {
    scope: credentialOf(request).kind === 'admin' ? 'admin' : 'project',
    key: keyOf(request),
    requestSha256: sha256Of(`${method} ${url}\n${bodySha256}`),
    requestId: request.id,
  };
}

/** @throws RowhouseError `validation_failed`. */
function keyOf({ headers, raw }: FastifyRequest): string {
  const key = String(headers[HEADER]);
  const sent = raw.rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === HEADER);
  if (sent.length === 1 && key.length > 0 && key.length <= MAX_KEY_LENGTH) return key;
  throw invalidField('headers.Idempotency-Key', `must be sent once, with 1 to ${MAX_KEY_LENGTH} characters`);
}

/** Whatever project it is for: in the catalog a key stands once for all that its owner asks for. */
function placeOf(request: FastifyRequest, { key }: IdempotentRequest): string {
  return JSON.stringify([ownerOf(credentialOf(request)), key]);
}

function ownerOf(credential: Credential): string | number {
  return credential.kind === 'admin' ? 'admin' : credential.projectId;
}
