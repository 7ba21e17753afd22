import type { Caller, Standing } from './callers.ts';
import type { DocumentedAccess } from './documented-access.ts';

/** The status of each error code with which a caller is refused. */
export const STATUS_OF_REFUSAL = {
  missing_authorization: 401,
  invalid_token: 401,
  permission_denied: 403,
  not_found: 404,
} as const;

type Expected = 'allowed' | keyof typeof STATUS_OF_REFUSAL;

/** Returns what docs/reference/http-api.md states about a caller of a route with this access. */
export function expectedAnswer(access: DocumentedAccess, { standing, session }: Caller): Expected {
  if (access.kind === 'public') return 'allowed';
  if (standing.kind === 'invalid') return standing.code;
  switch (access.kind) {
    case 'session':
      return allowedIf(session !== null);
    case 'admin':
      return allowedIf(standing.kind === 'admin');
    case 'account_user':
      return allowedIf(standing.kind !== 'project');
    case 'account':
      return withRights(access, standing);
    case 'project':
      if (standing.kind === 'person' && !standing.isOfAccount) return 'not_found';
      if (standing.kind === 'project' && !standing.isOfProject) return 'invalid_token';
      return withRights(access, standing);
  }
}

type AccessWithRights = Extract<DocumentedAccess, { readonly scopes: unknown }>;

function withRights({ scopes, isForWholeProject }: AccessWithRights, standing: Standing): Expected {
  if (standing.kind !== 'project') return 'allowed';
  const hasScopes = scopes.every((scope) => standing.scopes.includes(scope));
  return allowedIf(hasScopes && !(isForWholeProject && standing.isLimitedToTables));
}

function allowedIf(isAllowed: boolean): Expected {
  return isAllowed ? 'allowed' : 'permission_denied';
}
