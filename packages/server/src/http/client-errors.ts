import { type Server, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';

import { RowhouseError } from '../core/errors.ts';
import { timestampedId } from '../core/ids.ts';
import { failure } from './envelope.ts';
import { envelopeHeaders } from './failures.ts';
import type { EdgeCounts } from './observability/edge-counts.ts';
import type { ThrottledLog } from './observability/throttled-log.ts';

/** The properties that Node adds to an error of its HTTP parser. */
interface ClientError extends Error {
  readonly code?: string;
}

export interface ClientErrorOptions {
  readonly maxHeaderBytes: number;
  readonly counts: EdgeCounts;
  readonly warnings: ThrottledLog;
}

/** Answers a request that the parser rejected or that did not arrive in time. */
export function answerClientError(error: ClientError, socket: Socket, options: ClientErrorOptions): void {
  // Further bytes of the rejected request, after the answer: they are dropped while the connection lingers.
  if (socket.writableEnded) return;
  if (error.code === 'ECONNRESET' || hasAnswered(socket)) {
    socket.destroy();
    return;
  }
  if (error.code === LATE) {
    options.counts.connectionsCut.headers += 1;
    options.warnings.warn('a connection is cut: the request did not arrive in time');
  }
  answerAndClose(socket, describe(error, options.maxHeaderBytes));
}

/** Answers the requests that Node would answer itself, without an envelope. */
export function answerOddRequests(server: Server): void {
  // Expectations other than `100-continue` may be ignored: RFC 9110, section 10.1.1.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  server.on('connect', (_request, socket: Socket) => {
    answerAndClose(
      socket,
      new RowhouseError('malformed_request', 'Method CONNECT is not supported: this server is not a proxy.'),
    );
  });
}

/** Returns whether part of an answer was already sent. A second answer would be read as its end. */
export function hasAnswered(socket: Socket): boolean {
  const response = responseOf(socket);
  return response !== null && 'headersSent' in response && response.headersSent === true;
}

/** Returns whether the connection has a request whose answer has not ended. */
export function isAnswering(socket: Socket): boolean {
  return responseOf(socket) !== null;
}

function responseOf(socket: Socket): object | null {
  // oxlint-disable-next-line no-underscore-dangle -- Node has no public name for it; its own handler looks here too.
  const response = '_httpMessage' in socket ? socket._httpMessage : null;
  return typeof response === 'object' ? response : null;
}

const LATE = 'ERR_HTTP_REQUEST_TIMEOUT';

function describe(error: ClientError, maxHeaderBytes: number): RowhouseError {
  switch (error.code ?? '') {
    case 'HPE_HEADER_OVERFLOW':
      return new RowhouseError(
        'headers_too_large',
        `The request line and headers exceed ${maxHeaderBytes} bytes.`,
      );
    case LATE:
      return new RowhouseError('request_timeout', 'The request did not arrive completely in time.');
    default:
      return new RowhouseError('malformed_request', 'The request is not valid HTTP.');
  }
}

/** How long a connection may send after its last answer before it is cut, in milliseconds. */
const LINGER_MS = 5_000;

/**
 * Answers and closes the connection. Closing while the client still sends would reset the connection, and the client would
 * lose the answer (RFC 9112, section 9.6). So bytes are read and dropped for a while.
 */
export function answerAndClose(socket: Socket, error: RowhouseError): void {
  const requestId = timestampedId('req');
  const { retryAfterSeconds } = error;
  const body = JSON.stringify(failure({ id: requestId }, error));
  const headers = {
    ...envelopeHeaders(requestId),
    'content-length': Buffer.byteLength(body),
    ...(retryAfterSeconds !== undefined && { 'retry-after': retryAfterSeconds }),
    connection: 'close',
  };
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${error.status} ${STATUS_CODES[error.status]}\r\n${head.join('')}\r\n${body}`);
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(timer));
}
