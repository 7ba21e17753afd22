import type { Catalog } from '../../catalog/catalog.ts';
import { rightsOf } from '../../catalog/rights-columns.ts';
import { RowhouseError } from '../../core/errors.ts';
import type { CachedCredential } from '../../http/access/credential-cache.ts';
import { commonRights } from '../../http/access/rights.ts';

/**
 * The maximum number of concurrent look-ups of tokens that are not cached, including invalid tokens: a client that invents
 * tokens must not block the catalog.
 */
const MAX_LOOK_UPS = 1_000;

/** Looks up the rights of tokens in the catalog. */
export class CredentialLookUp {
  readonly #catalog: Catalog;
  #inFlight = 0;

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  /** Returns null for an unknown or revoked token, or one whose user or account is disabled. @throws RowhouseError `unavailable` if too many look-ups are running. */
  async find(sha256: string): Promise<CachedCredential | null> {
    if (this.#inFlight >= MAX_LOOK_UPS) {
      throw new RowhouseError('unavailable', 'Too many tokens are being looked up.');
    }
    this.#inFlight += 1;
    try {
      return await this.#read(sha256);
    } finally {
      this.#inFlight -= 1;
    }
  }

  async #read(sha256: string): Promise<CachedCredential | null> {
    const row = await this.#catalog
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
}
