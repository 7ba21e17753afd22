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
 * project, or the admin credential; `admin`: only the admin credential.
 */
export type Access = 'public' | 'project' | 'account' | 'admin';

/** Looks up valid tokens; null for an unknown, expired or revoked token. */
export interface Authenticator {
  authenticate(presented: PresentedToken): Promise<Credential | null> | Credential | null;
}

export interface PresentedToken {
  readonly sha256: Buffer;
  /** Whether the token has the form of a project token; otherwise, it can only be the admin credential. */
  readonly isOfProject: boolean;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    access: Access;
    /** Required for every route of access `project` or `account`; see `RoutePermissions`. */
    scope?: RoutePermissions['scope'];
    tables?: RoutePermissions['tables'];
  }
  interface FastifyRequest {
    /** Null on a public route. */
    credential: Credential | null;
  }
}

/** Returns the credential of a request. @throws Error on a public route. */
export function credentialOf(request: FastifyRequest): Credential {
  if (request.credential === null) throw new Error('A public route requires a credential.');
  return request.credential;
}

/** The access rule of a route that is not public. */
export type AccessRule =
  | { readonly access: 'admin' }
  | ({ readonly access: 'project' | 'account' } & RoutePermissions);

/** The services that authenticate and identify a request. */
export interface Reception {
  readonly authenticator: Authenticator;
  readonly projectIds: ProjectIds;
  /** Null if calls are not grouped into operation runs. */
  readonly grouper: OperationGrouper | null;
  /** Null for no rate limit. */
  readonly rateLimits: RateLimits | null;
}

/** Returns the hook that admits a request to a route with this rule. It runs before the body is read. */
export function requireAccess(rule: AccessRule, reception: Reception): onRequestAsyncHookHandler {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const token = presentedToken(request);
    const credential = await reception.authenticator.authenticate({
      sha256: hashToken(token),
      isOfProject: token.startsWith(PROJECT_TOKEN_PREFIX),
    });
    if (credential === null) throw invalidToken();
    // Counts once per request: for a request with a body, the token is checked again after the body has arrived.
    if (request.credential === null) reception.rateLimits?.admit(credential, reply);
    if (rule.access === 'project') requireProject(request.params, credential);
    // From here on the request is authenticated, even if it is refused. For a request with a body, this runs twice.
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

/** Returns the token of a request. @throws RowhouseError `missing_authorization`, or `invalid_token` for a malformed token. */
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
  // The owner may choose any text as the admin credential, so only texts with the prefix of a project token must have its
  // form.
  if (token.startsWith(PROJECT_TOKEN_PREFIX) && !isWellFormedToken(token)) {
    throw new RowhouseError(
      'invalid_token',
      'The token is mistyped or truncated: its checksum does not match.',
    );
  }
  return token;
}

/**
 * Returns the same error for an unknown token, for another project's token, and for a project that does not exist, so
 * clients cannot learn which slugs are taken.
 */
export function invalidToken(): RowhouseError {
  return new RowhouseError('invalid_token', 'The token is not valid for this request.');
}

/** Returns the same error for a wrong password, an unknown user and an unknown project. */
export function invalidCredentials(): RowhouseError {
  return new RowhouseError('invalid_credentials', 'The username or the password is wrong.');
}

/** The route checks whether the project exists: only the admin credential gets that far without it. */
function requireProject(params: unknown, credential: Credential): void {
  if (credential.kind === 'admin') return;
  if (slugInPath(params) !== credential.projectSlug) throw invalidToken();
}
