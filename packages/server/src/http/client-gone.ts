import type { FastifyReply } from 'fastify';

/**
 * Returns a signal that aborts if the client disconnects before its answer is sent. (Fastify's `request.signal` aborts as
 * soon as the body has been read, which for an upload is when the work starts.)
 */
export function clientGone(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  // The client may have disconnected during authentication.
  if (reply.raw.destroyed) controller.abort();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort();
  });
  return controller.signal;
}
