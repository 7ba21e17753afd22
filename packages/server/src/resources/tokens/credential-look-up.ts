import type { Catalog } from '../../catalog/catalog.ts';
import { RowhouseError } from '../../core/errors.ts';
import type { CachedCredential } from './credential-cache.ts';
import { grantOf } from './grant.ts';

/**
 * Of tokens that are not remembered, that is, and of those that nobody has: whoever makes them up is not to keep the catalog from
 * everybody else.
 */
const MAX_LOOK_UPS = 1_000;

/** Finds in the catalog what a token may do. */
export class CredentialLookUp {
  readonly #catalog: Catalog;
  #underWay = 0;

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  /**
   * Null for a token that nobody has, or that was revoked.
   * @throws RowhouseError `unavailable` where too many are being looked up.
   */
  async find(sha256: string): Promise<CachedCredential | null> {
    if (this.#underWay >= MAX_LOOK_UPS) {
      throw new RowhouseError('unavailable', 'Too many tokens are being looked up.');
    }
    this.#underWay += 1;
    try {
      return await this.#read(sha256);
    } finally {
      this.#underWay -= 1;
    }
  }

  async #read(sha256: string): Promise<CachedCredential | null> {
    const row = await this.#catalog
      .selectFrom('tokens')
      .innerJoin('projects', 'projects.id', 'tokens.project_id')
      .selectAll('tokens')
      .select('projects.project_slug')
      .where('token_sha256', '=', sha256)
      .where('revoked_at', 'is', null)
      .executeTakeFirst();
    if (row === undefined) return null;
    const { scopes, tables } = grantOf(row);
    return {
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
