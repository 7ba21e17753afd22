import type { Server } from 'node:http';
import type { Socket } from 'node:net';

import { RowhouseError } from '../../core/errors.ts';
import { answerAndClose } from '../client-errors.ts';
import type { EdgeCounts } from '../observability/edge-counts.ts';
import type { ThrottledLog } from '../observability/throttled-log.ts';

export interface ConnectionLimitOptions {
  readonly maxConnections: number;
  readonly counts: EdgeCounts;
  readonly warnings: ThrottledLog;
}

/** The number of refused connections that get an answer at a time. The others are closed without an answer. */
const MAX_REFUSED_AT_ONCE = 100;

/**
 * Limits the number of open connections. A connection above the limit is answered `unavailable` and closed before anything
 * is read from it, so no request on it has any effect.
 */
export function limitConnections(server: Server, options: ConnectionLimitOptions): void {
  const { maxConnections, counts, warnings } = options;
  // Node's own listener, which reads requests from the connection.
  const serve = server.listeners('connection');
  server.removeAllListeners('connection');
  server.maxConnections = maxConnections + MAX_REFUSED_AT_ONCE;
  const refused = () => {
    counts.connectionsRefused += 1;
    warnings.warn('connections are refused: the maximum number is open', { maxConnections });
  };
  server.on('drop', refused);
  server.on('connection', (socket: Socket) => {
    if (counts.connectionsOpen >= maxConnections) {
      refused();
      // The client may have disconnected already.
      socket.on('error', () => undefined);
      answerAndClose(socket, tooMany());
      return;
    }
    counts.connectionsOpen += 1;
    socket.once('close', () => (counts.connectionsOpen -= 1));
    for (const listener of serve) listener.call(server, socket);
  });
}

function tooMany(): RowhouseError {
  return new RowhouseError('unavailable', 'Too many connections are open.');
}
