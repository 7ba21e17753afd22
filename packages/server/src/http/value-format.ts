import type { onRequestHookHandler } from 'fastify';

import { invalidField } from '../core/errors.ts';
import type { ValueFormat } from '../core/tagged-value.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The form of values in the request and its answer. */
    valueFormat: ValueFormat;
  }
}

/** The header by which a client chooses the form of values. */
export const VALUE_FORMAT_HEADER = 'X-Value-Format';

/** Reads the header of a request to a route that takes it, and names the form in the answer. */
export const readValueFormat: onRequestHookHandler = (request, reply, done) => {
  const sent = request.headers[VALUE_FORMAT_HEADER.toLowerCase()];
  if (sent === undefined) return done();
  reply.header('vary', VALUE_FORMAT_HEADER);
  if (sent === 'tagged') {
    request.valueFormat = sent;
    reply.header(VALUE_FORMAT_HEADER, sent);
  } else if (sent !== 'plain') {
    return done(invalidField(`headers.${VALUE_FORMAT_HEADER}`, 'must be one of plain, tagged'));
  }
  done();
};
