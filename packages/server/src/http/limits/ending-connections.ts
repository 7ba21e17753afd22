import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

import type { FastifyInstance } from 'fastify';

import { RowhouseError } from '../../core/errors.ts';
import type { EdgeCounts } from '../observability/edge-counts.ts';

/**
 * Ends connections that Node would keep: after a shutdown has started, and if a client never finishes a body that is not
 * read.
 */
export function endConnections(
  app: FastifyInstance,
  { lingerMs, counts }: { readonly lingerMs: number; readonly counts: EdgeCounts },
): void {
  let closing = false;
  app.addHook('preClose', (done) => {
    closing = true;
    done();
  });
  app.addHook('onRequest', (_request, _reply, done) => {
    if (closing) return done(new RowhouseError('unavailable', 'The service is shutting down.'));
    done();
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    // Otherwise, a connection that was busy at the start of the shutdown would stay open after its answer.
    if (closing) reply.header('connection', 'close');
    done(null, payload);
  });
  app.addHook('onResponse', ({ raw }, _reply, done) => {
    // The headers may have been sent before the shutdown started, without `connection: close`.
    const rest = () => {
      if (closing) raw.socket.destroySoon();
    };
    if (raw.complete) rest();
    else dropRestOfBody(raw, { lingerMs, counts, onEnd: rest });
    done();
  });
}

/**
 * Ends the connection of a refused request that is still sending its body. Closing at once would reset the connection, and
 * the client would lose the answer (RFC 9112, section 9.6). Node reads and drops the rest, but without a time limit.
 */
function dropRestOfBody(
  request: IncomingMessage,
  {
    lingerMs,
    counts,
    onEnd,
  }: { readonly lingerMs: number; readonly counts: EdgeCounts; readonly onEnd: () => void },
): void {
  const { socket }: { readonly socket: Socket } = request;
  const timer = setTimeout(() => {
    counts.connectionsCut.rest_of_body += 1;
    socket.destroy();
  }, lingerMs);
  const stop = () => {
    clearTimeout(timer);
    // A keep-alive connection may have many requests that are refused early.
    socket.removeListener('close', stop);
  };
  request.once('end', () => {
    stop();
    onEnd();
  });
  socket.once('close', stop);
}
