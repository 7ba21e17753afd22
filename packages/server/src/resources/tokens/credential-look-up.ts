import type { Catalog } from '../../catalog/catalog.ts';
import { RowhouseError } from '../../core/errors.ts';
import type { CachedCredential } from './credential-cache.ts';
import { grantOf } from './grant.ts';

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

  /** Returns null for an unknown or revoked token. @throws RowhouseError `unavailable` if too many look-ups are running. */
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
