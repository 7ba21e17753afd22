import { type FastifyRequest, LogController } from 'fastify';

/**
 * Controls what Fastify logs itself. Successful and refused requests are left to the observers. A failure after the start of
 * an answer is logged, because no answer can report it.
 */
export class EdgeLog extends LogController {
  constructor() {
    super({ disableRequestLogging: true, requestIdLogLabel: 'request_id' });
  }

  override streamError(error: Error, request: FastifyRequest): void {
    if ('code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE') {
      request.log.debug('The client disconnected before the end of its answer.');
    } else {
      request.log.error({ err: error }, 'An answer was cut off.');
    }
  }
}
