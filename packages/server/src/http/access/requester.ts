import type { FastifyRequest } from 'fastify';

import { actorOf, type RequestOrigin, type Requester } from '../../core/requester.ts';
import { credentialOf } from './authentication.ts';

/** Returns the sender of an authenticated request. */
export function requesterOf(request: FastifyRequest): Requester {
  return { actor: actorOf(credentialOf(request)), ...originOf(request) };
}

export function originOf({ ip, id }: FastifyRequest): RequestOrigin {
  return { address: ip, requestId: id };
}
