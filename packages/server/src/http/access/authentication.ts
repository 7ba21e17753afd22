import type { FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from 'fastify';

import type { Credential } from '../../core/credential.ts';
import { RowhouseError } from '../../core/errors.ts';
import { slugInPath } from '../fields/project-slug.ts';
import type { RateLimits } from '../limits/rate-limits.ts';
import { identifyRequest } from './identify-request.ts';
import type { OperationGrouper } from './operation-grouping.ts';
import { requirePermissions, type RoutePermissions } from './permissions.ts';
import type { ProjectIds } from './project-ids.ts';
import { hashToken, isWellFormedToken } from './token.ts';

/**
 * Who may call a route. `project`: a token of the project in the path, or the admin credential; `account`: a token of any
 * project, or the admin credential; `admin`: that alone.
 */
export type Access = 'public' | 'project' | 'account' | 'admin';

/** Knows which tokens are valid at this moment; null for one that is unknown, expired or revoked. */
export interface Authenticator {
  authenticate(presented: PresentedToken): Promise<Credential | null> | Credential | null;
}

export interface PresentedToken {
  readonly sha256: Buffer;
  /** Whether it has the form of a project token; what has not can only be the admin credential. */
  readonly isOfProject: boolean;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    access: Access;
    /** Every route of access `project` or `account` says it; see `RoutePermissions`. */
    scope?: RoutePermissions['scope'];
    tables?: RoutePermissions['tables'];
  }
  interface FastifyRequest {
    /** Null on a public route. */
    credential: Credential | null;
  }
}

/** The credential of a request on a route that is not public. */
export function credentialOf(request: FastifyRequest): Credential {
  if (request.credential === null) throw new Error('A public route requires a credential.');
  return request.credential;
}

/** What a route that is not public asks of a request. */
export type AccessRule =
  | { readonly access: 'admin' }
  | ({ readonly access: 'project' | 'account' } & RoutePermissions);

/** Who knows what about a request that comes in. */
export interface Reception {
  readonly authenticator: Authenticator;
  readonly projectIds: ProjectIds;
  /** Null where calls are not put into runs of operations. */
  readonly grouper: OperationGrouper | null;
  /** Null where tokens may send as much as they like. */
  readonly rateLimits: RateLimits | null;
}

/** The hook that lets a request reach a route of this rule. It runs before the body is read. */
export function requireAccess(rule: AccessRule, reception: Reception): onRequestAsyncHookHandler {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const token = presentedToken(request);
    const credential = await reception.authenticator.authenticate({
      sha256: hashToken(token),
      isOfProject: token.startsWith(PROJECT_TOKEN_PREFIX),
    });
    if (credential === null) throw invalidToken();
    // Once a request: of one that has a body, the token is looked at again when that is there.
    if (request.credential === null) reception.rateLimits?.admit(credential, reply);
    if (rule.access === 'project') requireProject(request.params, credential);
    // From here on it is authenticated, also where it is refused. Of a request with a body this is asked twice.
    if (request.credential === null) {
      request.credential = credential;
      const identified = identifyRequest(request, reply, credential, reception);
      if (identified !== null) await identified;
    }
    request.credential = credential;
    requireRule(credential, rule);
  };
}

function requireRule(credential: Credential, rule: AccessRule): void {
  if (rule.access !== 'admin') return requirePermissions(credential, rule);
  if (credential.kind === 'admin') return;
  throw new RowhouseError('permission_denied', 'This requires the admin credential.');
}

const PROJECT_TOKEN_PREFIX = 'pat_';

/** RFC 6750, section 2.1; the scheme's case does not matter (RFC 9110, section 11.1). */
const BEARER = /^bearer +(\S.*)$/i;

/** The token of a request. @throws RowhouseError `missing_authorization`, `invalid_token` for one that cannot be. */
export function presentedToken(request: FastifyRequest): string {
  const token = BEARER.exec(request.headers.authorization ?? '')?.[1]?.trimEnd();
  if (token === undefined) {
    throw new RowhouseError(
      'missing_authorization',
      request.headers.authorization === undefined
        ? 'The request requires a token; send the header `Authorization: Bearer <token>`.'
        : 'The Authorization header must have the form `Bearer <token>`.',
    );
  }
  // The admin credential may be any text its owner chose, so only what claims to be a project token is held to the form.
  if (token.startsWith(PROJECT_TOKEN_PREFIX) && !isWellFormedToken(token)) {
    throw new RowhouseError(
      'invalid_token',
      'The token is mistyped or truncated: its checksum does not match.',
    );
  }
  return token;
}

/**
 * One answer, to the letter, for a token that is not known, for another project's token, and for a project that does not
 * exist: nobody learns from it which slugs are taken.
 */
export function invalidToken(): RowhouseError {
  return new RowhouseError('invalid_token', 'The token is not valid for this request.');
}

/** One answer, to the letter, for a wrong password, a user who does not exist, and a project that does not. */
export function invalidCredentials(): RowhouseError {
  return new RowhouseError('invalid_credentials', 'The username or the password is wrong.');
}

/** Whether the project exists at all is for the route to say, and only the admin credential gets that far. */
function requireProject(params: unknown, credential: Credential): void {
  if (credential.kind === 'admin') return;
  if (slugInPath(params) !== credential.projectSlug) throw invalidToken();
}
