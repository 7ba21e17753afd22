import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { RowhouseError } from '../../core/errors.ts';
import { hasIdempotencyKey, sha256Of } from '../idempotency.ts';
import type { BodyMemory } from '../limits/body-memory.ts';
import { announcesBody } from './ask-for-body.ts';
import { contentEncodingOf } from './content-encoding.ts';
import { ParsingTurns } from './parsing-turns.ts';
import { withPlainNumbers } from './plain-numbers.ts';
import { receiveBody } from './receive-body.ts';
import { takesBody } from './takes-body.ts';
import { type ArrivalLimits, watchArrival } from './watch-arrival.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * Whether a number such as `3.0` is a `RealNumber` where the schema of the body takes any value. In fields with a type it is a number.
     */
    readonly keepsRealNumbers?: boolean;
  }
  interface FastifyInstance {
    arrivalLimits: ArrivalLimits;
  }
}

export interface BodyParsingOptions extends ArrivalLimits {
  /** The limit of a JSON body on a route that requires a token. */
  readonly bodyMaxBytes: number;
  readonly memory: BodyMemory;
}

/** The limit of a body on a route without a token, to which anyone can send one. */
export const PUBLIC_BODY_MAX_BYTES = 16_384;

/** Registers the body parsers: JSON, which must arrive completely and in time. Other types need a parser of their own. */
export function parseBodies(app: FastifyInstance, options: BodyParsingOptions): void {
  app.decorate('arrivalLimits', options);
  app.decorateRequest('bodySizeBytes', 0);
  app.removeAllContentTypeParsers();
  const turns = new ParsingTurns();
  app.addContentTypeParser('application/json', (request, payload, done) => {
    const memory = options.memory.forBodyFrom(request.ip);
    const limits = { ...options, maxBytes: bodyMaxBytesOf(request, options.bodyMaxBytes) };
    receiveBody(request, payload, { limits, memory }, (error, bytes = NOTHING) => {
      if (error !== null || bytes.length === 0) {
        memory.release();
        return done(error, undefined);
      }
      if (hasIdempotencyKey(request)) request.bodySha256 = sha256Of(bytes);
      const isGone = () => request.raw.socket.destroyed;
      const { config, schema } = request.routeOptions;
      const realNumbers = config.keepsRealNumbers === true;
      turns.parse(bytes, { isGone, realNumbers }, (parseError, value) => {
        memory.release();
        done(parseError, realNumbers ? withPlainNumbers(value, schema?.body) : value);
      });
    });
  });
  refuseOtherContentTypes(app, ['application/json']);
  app.addHook('preParsing', (request, reply, payload, done) => {
    if (takesBody(request.method)) refuseUnknownEncoding(request, reply);
    done(null, payload);
  });
  app.addHook('preValidation', (request, _reply, done) => {
    // An empty body counts as an object without fields. Validation reports missing required fields.
    if (request.body === undefined && request.routeOptions.config.body !== 'stream') request.body = {};
    done();
  });
}

const NOTHING = Buffer.alloc(0);

function bodyMaxBytesOf({ routeOptions }: FastifyRequest, maxBytes: number): number {
  return routeOptions.config.access === 'public' ? Math.min(PUBLIC_BODY_MAX_BYTES, maxBytes) : maxBytes;
}

/**
 * Registers a parser that passes a body of these types on as a stream. Register it in the scope of the resource. Its routes
 * set `config: { body: 'stream' }` and limit the bytes themselves.
 */
export function takeByteStreams(app: FastifyInstance, contentTypes: readonly string[]): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser([...contentTypes], (request, payload, done) => {
    // Otherwise, the stream would start before the handler reads it.
    payload.pause();
    payload.on('data', (chunk: Buffer) => {
      request.bodySizeBytes += chunk.byteLength;
    });
    done(null, payload);
  });
  refuseOtherContentTypes(app, contentTypes);
}

/**
 * Refuses a body of a type that no other parser accepts, by its headers or at its first byte, without reading the rest. An empty body of
 * any type counts as no body.
 * @param allowed the types that the other parsers accept, for the error message.
 */
function refuseOtherContentTypes(app: FastifyInstance, allowed: readonly string[]): void {
  app.addContentTypeParser('*', (request, payload, done) => {
    const refusal = () => unsupportedMediaType(allowed, request.headers['content-type']);
    if (announcesBody(request.headers)) return done(refusal(), undefined);
    const finish = (error: Error | null) => {
      payload.removeListener('data', onData).removeListener('end', onEnd).removeListener('error', finish);
      stopWatching();
      done(error, undefined);
    };
    const onData = () => finish(refusal());
    const onEnd = () => finish(null);
    const stopWatching = watchArrival(request, app.arrivalLimits, finish);
    payload.on('data', onData).on('end', onEnd).on('error', finish);
  });
}

function unsupportedMediaType(allowed: readonly string[], sent: string | undefined): RowhouseError {
  const found = sent === undefined ? 'the request has none' : `the request has ${sent.slice(0, 100)}`;
  return new RowhouseError(
    'unsupported_media_type',
    `The body's Content-Type must be ${allowed.join(' or ')}; ${found}.`,
  );
}

/** Names the supported encoding, as RFC 9110, section 15.5.16, advises. */
function refuseUnknownEncoding({ headers, routeOptions }: FastifyRequest, reply: FastifyReply): void {
  const encoding = contentEncodingOf(headers);
  const isStream = routeOptions.config.body === 'stream';
  if (encoding === 'none' || (encoding === 'gzip' && !isStream)) return;
  reply.header('accept-encoding', isStream ? 'identity' : 'gzip, identity');
  throw new RowhouseError(
    'unsupported_media_type',
    isStream
      ? 'This route supports no Content-Encoding; send the file without it.'
      : 'The Content-Encoding must be gzip, or the body must be sent without it.',
  );
}
