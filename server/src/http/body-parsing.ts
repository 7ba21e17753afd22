import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { RowhouseError } from '../errors.ts';
import { hasIdempotencyKey, sha256Of } from './idempotency.ts';
import { parseJsonBody } from './json/json-body.ts';
import { takesBody } from './takes-body.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The size of a JSON body, and of a stream as much as has arrived; 0 without one. */
    bodySizeBytes: number;
    bodyTimer: NodeJS.Timeout | null;
  }
}

export interface BodyParsingOptions {
  readonly bodyTimeoutMs: number;
}

/** How the server takes bodies: JSON, wholly arrived in time, and nothing else unless a room registers a parser. */
export function parseBodies(app: FastifyInstance, options: BodyParsingOptions): void {
  app.decorateRequest('bodySizeBytes', 0);
  app.decorateRequest('bodyTimer', null);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, bytes: Buffer, done) => {
    request.bodySizeBytes = bytes.length;
    if (hasIdempotencyKey(request)) request.bodySha256 = sha256Of(bytes);
    done(null, parseJsonBody(bytes));
  });
  takeOnlyEmptyBodies(app, ['application/json']);
  app.addHook('preParsing', (request, reply, payload, done) => {
    if (takesBody(request.method)) refuseEncodedBody(request);
    if (!request.raw.complete && request.routeOptions.config.body !== 'stream') {
      limitBodyTime(request, reply, options.bodyTimeoutMs);
    }
    done(null, payload);
  });
  app.addHook('preValidation', (request, _reply, done) => {
    stopBodyTimer(request);
    // An empty body stands for an object without fields; where a field is required, validation says which.
    if (request.body === undefined && request.routeOptions.config.body !== 'stream') request.body = {};
    done();
  });
}

/**
 * For a room that takes a body as a stream of bytes of these types. Registered in the room's own scope; its routes say
 * `config: { body: 'stream' }` and count the bytes themselves.
 */
export function takeByteStreams(app: FastifyInstance, contentTypes: readonly string[]): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser([...contentTypes], (request, payload, done) => {
    // Else it would begin to flow before anybody takes what comes.
    payload.pause();
    payload.on('data', (chunk: Buffer) => {
      request.bodySizeBytes += chunk.byteLength;
    });
    done(null, payload);
  });
  takeOnlyEmptyBodies(app, contentTypes);
}

/** Whatever its type, an empty body is no body; the first byte of any other is refused without reading the rest. */
function takeOnlyEmptyBodies(app: FastifyInstance, allowed: readonly string[]): void {
  app.addContentTypeParser('*', (request, payload, done) => {
    const finish = (error: Error | null) => {
      payload.removeListener('data', onData).removeListener('end', onEnd).removeListener('error', finish);
      done(error, undefined);
    };
    const onData = () => finish(unsupportedMediaType(allowed, request.headers['content-type']));
    const onEnd = () => finish(null);
    payload.on('data', onData).on('end', onEnd).on('error', finish);
  });
}

function unsupportedMediaType(allowed: readonly string[], sent: string | undefined): RowhouseError {
  const found = sent === undefined ? 'there was none' : `it was ${sent.slice(0, 100)}`;
  return new RowhouseError(
    'unsupported_media_type',
    `The body's Content-Type must be ${allowed.join(' or ')}; ${found}.`,
  );
}

function refuseEncodedBody(request: FastifyRequest): void {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new RowhouseError(
      'unsupported_media_type',
      'A body with a Content-Encoding is not taken: send it as it is.',
    );
  }
}

/** Node times a request's headers; a body that trickles in would otherwise hold its connection for ever. */
function limitBodyTime(request: FastifyRequest, reply: FastifyReply, timeoutMs: number): void {
  // Whichever comes first: the client may leave without an answer, or be answered and leave in the middle of its body.
  request.raw.once('close', () => stopBodyTimer(request));
  reply.raw.once('close', () => stopBodyTimer(request));
  request.bodyTimer = setTimeout(() => {
    void reply.send(new RowhouseError('request_timeout', `The body did not arrive within ${timeoutMs} ms.`));
  }, timeoutMs);
}

function stopBodyTimer(request: FastifyRequest): void {
  if (request.bodyTimer !== null) clearTimeout(request.bodyTimer);
}
