import type { Socket } from 'node:net';

import type { FastifyInstance } from 'fastify';

import { hasAnswered, isAnswering } from '../client-errors.ts';
import type { EdgeCounts } from '../observing/edge-counts.ts';
import type { ThrottledLog } from '../observing/throttled-log.ts';

export interface SlowReaderOptions {
  /** How long a client may take no byte of an answer. It is noticed in up to twice this time. */
  readonly answerStallMs: number;
  readonly counts: EdgeCounts;
  readonly warnings: ThrottledLog;
}

/** What is no longer than this, the system takes from us at once, whether the client reads or not. */
const TAKEN_AT_ONCE = 16_384;

/**
 * Cuts off clients that ask and do not read: what they were to have would be kept for them for ever. A timer runs only while
 * an answer is being sent that the system has not taken at once.
 */
export function cutSlowReaders(app: FastifyInstance, options: SlowReaderOptions): void {
  app.addHook('onSend', ({ raw: { socket } }, _reply, payload, done) => {
    const isShort = typeof payload === 'string' && payload.length <= TAKEN_AT_ONCE;
    if (!isShort || socket.writableLength > 0) socket.setTimeout(options.answerStallMs);
    done(null, payload);
  });
  // With a listener here, Node leaves it to us what happens to a connection on which nothing has moved.
  app.server.on('timeout', (socket: Socket) => {
    if (hasAnswered(socket)) {
      options.counts.connectionsCut.answer += 1;
      options.warnings.warn('a connection is cut: its client does not read the answer');
    } else if (isAnswering(socket)) {
      // The timer of an earlier answer, and this one is still being made.
      return;
    }
    socket.destroy();
  });
}
