import { createHash } from 'node:crypto';

import type { FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify';

import { type Credential, isOfProject } from '../core/credential.ts';
import { invalidField, RowhouseError } from '../core/errors.ts';
import type { IdempotentRequest, SealedRequest, Replayable } from '../core/idempotency.ts';
import { credentialOf, presentedSecret } from './access/authentication.ts';
import { writtenRowsFor } from './access/permissions.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Null if the request has no `Idempotency-Key`, and takes effect each time that it is sent. */
    idempotency: IdempotentRequest | null;
    /** The SHA-256 of a JSON body in hexadecimal, if the request has a key. */
    bodySha256: string;
    /** The id of the request whose answer is replayed; null if this request ran. */
    originalRequestId: string | null;
  }
}

const HEADER = 'idempotency-key';
/** In characters. */
export const MAX_KEY_LENGTH = 255;

export function hasIdempotencyKey(request: FastifyRequest): boolean {
  return request.headers[HEADER] !== undefined;
}

/** Returns the request with its key, for results in the catalog; null without a key. */
export function sealedRequestOf(request: FastifyRequest): SealedRequest | null {
  if (request.idempotency === null) return null;
  return {
    ...request.idempotency,
    ...storedKeyOf(credentialOf(request), request.idempotency.key),
    credential: presentedSecret(request),
  };
}

/** Returns the SHA-256 in hexadecimal. */
export function sha256Of(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

/**
 * Reads the key of each request to a route, and admits only one request with a given key at a time: the result of the first
 * is not known yet when a second arrives.
 */
export class IdempotencyKeys {
  readonly #inFlight = new Set<string>();

  /** Wraps the handler of a route that changes something, for requests with and without a key. */
  guard(handler: RouteHandlerMethod): RouteHandlerMethod {
    const inFlight = this.#inFlight;
    return function guarded(request, reply) {
      if (!hasIdempotencyKey(request)) return handler.call(this, request, reply);
      const idempotency = withBody(request, request.bodySha256);
      request.idempotency = idempotency;
      return runAlone(inFlight, ownedKeyOf(request, idempotency), async () =>
        handler.call(this, request, reply),
      );
    };
  }
}

/** Returns the result of a write for the answer, and marks the answer if it is that of an earlier request. */
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

async function runAlone<T>(inFlight: Set<string>, ownedKey: string, work: () => Promise<T>): Promise<T> {
  if (inFlight.has(ownedKey)) throw inProgress();
  inFlight.add(ownedKey);
  try {
    return await work();
  } finally {
    inFlight.delete(ownedKey);
  }
}

function inProgress(): RowhouseError {
  return new RowhouseError(
    'idempotency_in_progress',
    'A request with this Idempotency-Key is still running.',
    { retryAfterSeconds: 1 },
  );
}

/** Returns the request with the hash of its body, which for a stream is only known at the end. */
export function withBody(request: FastifyRequest, bodySha256: string): IdempotentRequest {
  const { method, url, valueFormat } = request;
  const credential = credentialOf(request);
  // A stored answer is only for requests that are answered in the same form.
  const form = [
    ...(valueFormat === 'plain' ? [] : [valueFormat]),
    ...(writtenRowsFor(credential) === 'whole' ? [] : ['keys']),
  ];
  return {
    scope: credential.kind === 'admin' ? 'admin' : 'project',
    key: keyOf(request),
    requestSha256: sha256Of(`${[`${method} ${url}`, ...form].join(' ')}\n${bodySha256}`),
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

/** The key with its owner. The project of the URL does not count: the catalog stores a key once for all requests of its owner. */
function ownedKeyOf(request: FastifyRequest, { key }: IdempotentRequest): string {
  return JSON.stringify([ownerOf(credentialOf(request)), key]);
}

function ownerOf(credential: Credential): string | number {
  if (isOfProject(credential)) return credential.projectId;
  return credential.kind === 'admin' ? 'admin' : `account ${credential.accountId}`;
}

/** The keys of an account's users belong to no project. The line end, which no client can send, sets them apart from the admin's. */
function storedKeyOf(credential: Credential, key: string): Pick<SealedRequest, 'projectId' | 'key'> {
  if (isOfProject(credential)) return { projectId: credential.projectId, key };
  return { projectId: null, key: credential.kind === 'admin' ? key : `${ownerOf(credential)}\n${key}` };
}
