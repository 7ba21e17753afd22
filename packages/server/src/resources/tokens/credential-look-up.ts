import type { Catalog } from '../../catalog/catalog.ts';
import { rightsOf } from '../../catalog/rights-columns.ts';
import type { CachedCredential } from '../../http/access/credential-cache.ts';
import { commonRights } from '../../http/access/rights.ts';

/**
 * Looks up a token in the catalog, with the common rights of the token and its project user. Returns null for an unknown or
 * revoked token, or one whose user or account is disabled.
 */
export async function tokenBySecret(catalog: Catalog, sha256: string): Promise<CachedCredential | null> {
  const row = await catalog
    .selectFrom('tokens')
    .innerJoin('projects', 'projects.id', 'tokens.project_id')
    .innerJoin('accounts', 'accounts.id', 'projects.account_id')
    .innerJoin('account_users', 'account_users.id', 'tokens.account_user_id')
    .leftJoin('project_users', 'project_users.id', 'tokens.project_user_id')
    .selectAll('tokens')
    .select(['projects.project_slug', 'projects.account_id'])
    .select(['project_users.scopes as user_scopes', 'project_users.tables as user_tables'])
    .where('token_sha256', '=', sha256)
    .where('revoked_at', 'is', null)
    .where('accounts.disabled_at', 'is', null)
    .where('account_users.disabled_at', 'is', null)
    .where('project_users.disabled_at', 'is', null)
    .executeTakeFirst();
  if (row === undefined) return null;
  const ofUser = rightsOf({ scopes: row.user_scopes, tables: row.user_tables });
  const { scopes, tables } = commonRights(rightsOf(row), ofUser);
  return {
    accountId: row.account_id,
    credential: {
      kind: 'project_token',
      tokenId: row.id,
      projectId: row.project_id,
      projectSlug: row.project_slug,
      scopes,
      tables,
    },
    expiresAtMs: row.expires_at === null ? null : Date.parse(row.expires_at),
  };
}
