import type { FastifyReply, FastifyRequest } from 'fastify';

import { RowhouseError } from '../../core/errors.ts';
import { isOnThisMachine, isOwnOrigin } from '../public-address.ts';

export const SESSION_COOKIE = 'rowhouse_session';

/** Returns the value of the session cookie; null if the request has none. https://www.rfc-editor.org/rfc/rfc6265#section-4.2.1 */
export function sessionCookieOf({ headers }: FastifyRequest): string | null {
  return COOKIE.exec(headers.cookie ?? '')?.[1] ?? null;
}

const COOKIE = new RegExp(`(?:^|; *)${SESSION_COOKIE}=([0-9A-Za-z_]+)(?: *;|$)`);

/** Stores the session in the browser. Scripts cannot read the cookie, and pages of other sites do not send it. */
export function setSessionCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  { secret, seconds }: { readonly secret: string; readonly seconds: number },
): void {
  reply.header('set-cookie', cookie(request, secret, seconds));
}

export function clearSessionCookie(request: FastifyRequest, reply: FastifyReply): void {
  reply.header('set-cookie', cookie(request, '', 0));
}

/** Over plain HTTP, a browser stores the cookie only for this machine. */
function cookie(request: FastifyRequest, value: string, seconds: number): string {
  const secure = isOnThisMachine(request) ? '' : '; Secure';
  return `${SESSION_COOKIE}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`;
}

/**
 * Refuses a request with a session that another page may have caused (cross-site request forgery). Pages on other ports and
 * subdomains count as the same site for `SameSite`, so the browser's own statement of the origin is compared too. Every
 * current browser sends `Origin` with each request that changes something. https://www.w3.org/TR/fetch-metadata/
 * @throws RowhouseError `permission_denied`.
 */
export function requireOwnPage(request: FastifyRequest): void {
  const { origin, 'sec-fetch-site': site } = request.headers;
  const isOwn =
    site === undefined ? isNamedOrigin(request, origin) : site === 'same-origin' || site === 'none';
  if (!isOwn) {
    throw new RowhouseError(
      'permission_denied',
      'A session is only for pages of this server; other programs send a token in the Authorization header.',
    );
  }
}

function isNamedOrigin(request: FastifyRequest, origin: string | undefined): boolean {
  if (origin !== undefined) return isOwnOrigin(request, origin);
  return request.method === 'GET' || request.method === 'HEAD';
}
