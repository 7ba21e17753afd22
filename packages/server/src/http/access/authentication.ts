import type { FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from 'fastify';

import {
  type AccountUserCredential,
  type Credential,
  isOfProject,
  sessionOf,
} from '../../core/credential.ts';
import { NoSuchProjectError, RowhouseError } from '../../core/errors.ts';
import { slugInPath } from '../fields/project-slug.ts';
import type { RateLimits } from '../limits/rate-limits.ts';
import { identifyRequest } from './identify-request.ts';
import type { OperationGrouper } from './operation-grouping.ts';
import { requirePermissions, type RoutePermissions } from './permissions.ts';
import type { ProjectIds } from './project-ids.ts';
import { requireOwnPage, sessionCookieOf } from './session-cookie.ts';
import { hashToken, isWellFormedToken } from './token.ts';

/**
 * Who may call a route, besides the admin credential. `project`: a token or a user of the project in the path, and users of
 * its account; `account`: a token or a user of any project, and users of an account; `account_user`: users of an account;
 * `session`: only people who are logged in; `admin`: nobody else.
 */
export type Access = 'public' | 'project' | 'account' | 'account_user' | 'session' | 'admin';

/** Looks up valid tokens and sessions; null for an unknown, expired or revoked one. */
export interface Authenticator {
  authenticate(presented: PresentedToken): Promise<Credential | null> | Credential | null;
  /** @param sha256 of the session's secret. */
  authenticateSession(sha256: Buffer): Promise<Credential | null> | Credential | null;
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
  | { readonly access: 'admin' | 'account_user' | 'session' }
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
    const credential = await authenticate(request, reception);
    if (credential === null) throw invalidToken();
    // Counts once per request: for a request with a body, the token is checked again after the body has arrived.
    if (request.credential === null) reception.rateLimits?.admit(credential, reply);
    const ofProject =
      rule.access === 'project' ? requireProject(request.params, credential, reception) : null;
    if (ofProject !== null) await ofProject;
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

/** A token in the Authorization header comes before a session, which every page of the server sends. */
function authenticate(
  request: FastifyRequest,
  { authenticator }: Reception,
): Promise<Credential | null> | Credential | null {
  const session = presentedSession(request);
  if (session !== null) {
    requireOwnPage(request);
    // Invented sessions cost no look-up.
    if (!isWellFormedToken(session)) return null;
    return authenticator.authenticateSession(hashToken(session));
  }
  const token = presentedToken(request);
  return authenticator.authenticate({
    sha256: hashToken(token),
    isOfProject: token.startsWith(PROJECT_TOKEN_PREFIX),
  });
}

function requireRule(credential: Credential, rule: AccessRule): void {
  switch (rule.access) {
    case 'project':
    case 'account':
      return requirePermissions(credential, rule);
    case 'account_user':
      if (!isOfProject(credential)) return;
      throw new RowhouseError(
        'permission_denied',
        'This requires a user of an account, or the admin credential.',
      );
    case 'session':
      if (sessionOf(credential) !== null) return;
      throw new RowhouseError(
        'permission_denied',
        'This is only for people who are logged in with a session.',
      );
    case 'admin':
      if (credential.kind === 'admin') return;
      throw new RowhouseError('permission_denied', 'This requires the admin credential.');
  }
}

const PROJECT_TOKEN_PREFIX = 'pat_';

/** RFC 6750, section 2.1; the scheme's case does not matter (RFC 9110, section 11.1). */
const BEARER = /^bearer +(\S.*)$/i;

/** Returns the secret that the request is authenticated with. @throws RowhouseError like `presentedToken`. */
export function presentedSecret(request: FastifyRequest): string {
  return presentedSession(request) ?? presentedToken(request);
}

function presentedSession(request: FastifyRequest): string | null {
  return request.headers.authorization === undefined ? sessionCookieOf(request) : null;
}

/** Returns the token of a request. @throws RowhouseError `missing_authorization`, or `invalid_token` for a malformed token. */
function presentedToken(request: FastifyRequest): string {
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

/**
 * Returns null when done; mostly there is nothing to wait for. The route checks whether the project exists: only the admin
 * credential gets that far without it.
 */
function requireProject(
  params: unknown,
  credential: Credential,
  { projectIds }: Reception,
): Promise<void> | null {
  if (credential.kind === 'admin') return null;
  const slug = slugInPath(params);
  if (!isOfProject(credential)) return requireAccount(slug, credential, projectIds);
  if (slug !== credential.projectSlug) throw invalidToken();
  return null;
}

/** For a user of an account, a project of another account does not exist. */
async function requireAccount(
  slug: string | null,
  { accountId }: AccountUserCredential,
  projectIds: ProjectIds,
): Promise<void> {
  const project = slug === null ? null : await projectIds.find(slug);
  if (project?.accountId !== accountId) throw new NoSuchProjectError();
}
