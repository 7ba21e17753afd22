import { type FastifyRequest, LogController } from 'fastify';

/**
 * What Fastify logs by itself: nothing of a request that ended well or was refused, which others are told of. But what goes
 * wrong once an answer is on its way can be told to nobody else.
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
