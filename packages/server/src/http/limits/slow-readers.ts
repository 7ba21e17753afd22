import type { Socket } from 'node:net';

import type { FastifyInstance } from 'fastify';

import { hasAnswered, isAnswering } from '../client-errors.ts';
import type { EdgeCounts } from '../observability/edge-counts.ts';
import type { ThrottledLog } from '../observability/throttled-log.ts';

export interface SlowReaderOptions {
  /** How long a client may read no byte of an answer. It is noticed after at most twice this time. */
  readonly answerStallMs: number;
  readonly counts: EdgeCounts;
  readonly warnings: ThrottledLog;
}

/** The system accepts an answer of up to this size at once, whether or not the client reads it. */
const TAKEN_AT_ONCE = 16_384;

/**
 * Disconnects clients that send requests but do not read the answers, which would otherwise be kept forever. A timer runs
 * only while an answer is being sent that the system has not accepted at once.
 */
export function cutSlowReaders(app: FastifyInstance, options: SlowReaderOptions): void {
  app.addHook('onSend', ({ raw: { socket } }, _reply, payload, done) => {
    const isWhole = typeof payload === 'string' || Buffer.isBuffer(payload);
    const isShort = isWhole && payload.length <= TAKEN_AT_ONCE;
    if (!isShort || socket.writableLength > 0) socket.setTimeout(options.answerStallMs);
    done(null, payload);
  });
  // With a listener, Node leaves the timed-out connection to us.
  app.server.on('timeout', (socket: Socket) => {
    if (hasAnswered(socket)) {
      options.counts.connectionsCut.answer += 1;
      options.warnings.warn('a connection is cut: its client does not read the answer');
    } else if (isAnswering(socket)) {
      // The timer of an earlier answer, while this answer is still being computed.
      return;
    }
    socket.destroy();
  });
}
