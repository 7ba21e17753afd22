import type { FastifyReply } from 'fastify';

/**
 * Aborts when the client leaves before its answer is sent. (Fastify's `request.signal` aborts as soon as the body of the
 * request has been read, which for an upload is when the work begins.)
 */
export function clientGone(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  // It may have left while the request was looked at.
  if (reply.raw.destroyed) controller.abort();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort();
  });
  return controller.signal;
}
