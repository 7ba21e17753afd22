import type { Server } from 'node:http';
import type { Socket } from 'node:net';

import { RowhouseError } from '../../core/errors.ts';
import { answerAndClose } from '../client-errors.ts';
import type { EdgeCounts } from '../observing/edge-counts.ts';
import type { ThrottledLog } from '../observing/throttled-log.ts';

export interface ConnectionLimitOptions {
  readonly maxConnections: number;
  readonly counts: EdgeCounts;
  readonly warnings: ThrottledLog;
}

/** So many connections above the limit are told why they are closed; the others are closed without a word. */
const MAX_REFUSED_AT_ONCE = 100;

/**
 * Keeps the number of open connections below a limit: a connection above it is answered `unavailable` and closed, before
 * anything is read from it, so that no request of it has any effect.
 */
export function limitConnections(server: Server, options: ConnectionLimitOptions): void {
  const { maxConnections, counts, warnings } = options;
  // Node's own, which reads requests from the connection.
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
      // The client may have gone already.
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
