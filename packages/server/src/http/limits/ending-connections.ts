import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

import type { FastifyInstance } from 'fastify';

import { RowhouseError } from '../../core/errors.ts';
import type { EdgeCounts } from '../observing/edge-counts.ts';

/**
 * Ends connections where Node would keep them: after a shutdown has begun, and where a client never ends a body that nobody
 * reads.
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
    // Else a connection that was busy when the shutdown began would be kept open after its answer.
    if (closing) reply.header('connection', 'close');
    done(null, payload);
  });
  app.addHook('onResponse', ({ raw }, _reply, done) => {
    // Its headers may have been sent before the shutdown began, and said nothing of it.
    const rest = () => {
      if (closing) raw.socket.destroySoon();
    };
    if (raw.complete) rest();
    else dropRestOfBody(raw, { lingerMs, counts, onEnd: rest });
    done();
  });
}

/**
 * A request that was refused early is still sending its body. To close at once would reset the connection, and the client
 * would lose the answer with it (RFC 9112, section 9.6). Node reads the rest and drops it, but would do so for ever.
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
    // A connection that is kept alive may see many requests that are refused early.
    socket.removeListener('close', stop);
  };
  request.once('end', () => {
    stop();
    onEnd();
  });
  socket.once('close', stop);
}
