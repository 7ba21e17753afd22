import { inspect } from 'node:util';

import type { FastifyReply, FastifyRequest } from 'fastify';

import { isOfProject } from '../core/credential.ts';
import { NoSuchProjectError, RowhouseError } from '../core/errors.ts';
import { invalidToken } from './access/authentication.ts';
import { failure } from './envelope.ts';
import { errorsOf } from './route-errors.ts';
import type { Validation } from './validation.ts';

export interface FailureOptions {
  readonly validation: Validation;
  /** Whether an error that the route does not declare becomes an internal error. For tests. */
  readonly check: boolean;
}

/** Sends the envelope of an error, whatever was thrown. It also works if none of the server's hooks has run. */
export function sendFailure(
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  { validation, check }: FailureOptions,
): FastifyReply {
  const understood = toRowhouseError(thrown, request, validation);
  const error = check ? declared(understood, request) : understood;
  request.errorCode = error.code;
  // A shutdown or a failed health check is answered, but not logged.
  if (error.code === 'internal_error' || (error.status >= 500 && error.cause !== undefined)) {
    request.log.error({ err: error.cause ?? error, code: error.code }, 'The request failed.');
  }
  for (const header of HEADERS_OF_THE_ANSWER_NOT_SENT) {
    if (reply.hasHeader(header)) reply.removeHeader(header);
  }
  if (error.status === 401) reply.header('www-authenticate', 'Bearer');
  if (error.retryAfterSeconds !== undefined) reply.header('retry-after', String(error.retryAfterSeconds));
  if (error.code === 'request_timeout') reply.header('connection', 'close');
  return reply
    .code(error.status)
    .headers(envelopeHeaders(request.id))
    .send(JSON.stringify(failure(request, error)));
}

/** Returns the headers of every envelope. */
export function envelopeHeaders(requestId: string): Readonly<Record<string, string>> {
  return {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-request-id': requestId,
  };
}

/**
 * Headers that an error answer removes: a route may have set headers for a file before it failed. Fastify would also close
 * the connection after it refused a body, before a client that is still sending can read why.
 */
const HEADERS_OF_THE_ANSWER_NOT_SENT = [
  'connection',
  'content-disposition',
  'content-length',
  'etag',
  'last-modified',
];

function toRowhouseError(thrown: unknown, request: FastifyRequest, validation: Validation): RowhouseError {
  const { credential } = request;
  if (thrown instanceof NoSuchProjectError && credential !== null && isOfProject(credential))
    return invalidToken();
  if (thrown instanceof RowhouseError) return thrown;
  if (thrown instanceof Error && 'validation' in thrown) return validation.failureOf(request);
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  switch (code) {
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new RowhouseError('unsupported_media_type', 'The Content-Type header is not valid.');
    case 'FST_ERR_BAD_URL':
      return pathError('must not contain a "%" without two hex digits, or bytes that are not UTF-8');
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return pathError('has a part that is too long');
    default:
      return isGone(request) || wasAborted(thrown, request)
        ? new RowhouseError('malformed_request', 'The request ended before its body was complete.')
        : internalError(thrown);
  }
}

/** Ensures that the OpenAPI document lists every error of a route: in tests, an undeclared error is an internal error. */
function declared(error: RowhouseError, { is404, routeOptions }: FastifyRequest): RowhouseError {
  const { method, url, config } = routeOptions;
  if (is404 || config?.access === undefined || errorsOf({ method, config }).includes(error.code))
    return error;
  const fault = `${String(method)} ${url} answered ${error.code}: add this code to errors in the route's config.`;
  return new RowhouseError('internal_error', fault, { cause: error });
}

function pathError(message: string): RowhouseError {
  return new RowhouseError('validation_failed', `path ${message}.`, {
    details: [{ field: 'path', message }],
  });
}

/**
 * Returns whether the client disconnected while it was still sending: no one reads the answer, and the service is not at
 * fault.
 */
function isGone(request: FastifyRequest): boolean {
  return request.raw.destroyed && !request.raw.complete;
}

/** Returns whether the client disconnected before its answer, and the work was cancelled. */
function wasAborted(thrown: unknown, request: FastifyRequest): boolean {
  return thrown instanceof Error && thrown.name === 'AbortError' && request.raw.socket.destroyed;
}

function internalError(thrown: unknown): RowhouseError {
  const cause =
    thrown instanceof Error
      ? thrown
      : new Error(`A value that is not an Error was thrown: ${inspect(thrown)}.`);
  return new RowhouseError(
    'internal_error',
    'Internal error; the server log has the cause under the request id.',
    {
      cause,
    },
  );
}
