import type { FastifyInstance, FastifyServerOptions } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    /** The trace id from the request's `traceparent`; null without a valid one. */
    traceId: string | null;
  }
}

export function traceRequests(app: FastifyInstance): void {
  app.decorateRequest('traceId', null);
  app.addHook('onRequest', (request, _reply, done) => {
    const { traceparent } = request.headers;
    if (traceparent !== undefined) request.traceId = traceIdOf(traceparent);
    done();
  });
}

/** Creates the log of a request. Each line of a traced request has its trace id. */
export const logOfRequest: NonNullable<FastifyServerOptions['childLoggerFactory']> = (
  log,
  bindings,
  options,
  { headers },
) => {
  const traceId = traceIdOf(headers['traceparent']);
  return log.child(traceId === null ? bindings : { ...bindings, trace_id: traceId }, options);
};

/**
 * Returns the trace id of a `traceparent` header; null for an invalid header, which is ignored.
 * https://www.w3.org/TR/trace-context/#traceparent-header
 */
export function traceIdOf(traceparent: unknown): string | null {
  if (typeof traceparent !== 'string') return null;
  const [, version, traceId, parentId, more] = TRACEPARENT.exec(traceparent) ?? [];
  if (version === undefined || traceId === undefined || version === 'ff') return null;
  // Later versions may add fields; version 00 has no more.
  if (version === '00' && more !== '') return null;
  return traceId === NO_TRACE || parentId === NO_PARENT ? null : traceId;
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(|-.*)$/;
const NO_TRACE = '0'.repeat(32);
const NO_PARENT = '0'.repeat(16);
