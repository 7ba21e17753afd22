import type { Catalog } from '../catalog/catalog.ts';
import type { TokenRow } from '../catalog/tables.ts';
import { RowhouseError } from '../errors.ts';
import type { Authenticator, Credential, PresentedToken } from '../http/authentication.ts';
import { timestamp } from '../http/ids.ts';
import { createToken, hashToken } from '../http/token.ts';

/** A token as it is answered once, when it is made. */
export interface NewToken {
  readonly secret: string;
  readonly row: TokenRow;
}

/** Credentials kept in memory, so that a request costs no look-up; the one unused for longest makes room. */
const MAX_CACHED_CREDENTIALS = 10_000;

interface CachedCredential {
  readonly credential: Credential;
  /** In milliseconds since 1970, or null for one that never expires. */
  readonly expiresAtMs: number | null;
}

/** Who may come in: project tokens from the catalog, and the one admin credential. */
export class Tokens implements Authenticator {
  readonly #catalog: Catalog;
  #adminSha256: string | null = null;
  /** By hash, the one unused for longest first. */
  readonly #cache = new Map<string, CachedCredential>();
  /** Rises when tokens become invalid, so that a look-up begun before does not bring one back. */
  #generation = 0;
  /** When each token was last used, until `recordUse` writes it down. */
  readonly #lastUsed = new Map<number, string>();

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  /**
   * Puts the admin credential in force: the configured one, or the one made on the first start.
   * @returns the secret when it was made just now, to be shown this once; else null.
   */
  async adoptAdminToken(configured: string | null): Promise<string | null> {
    if (configured !== null) {
      this.#adminSha256 = hashToken(configured).toString('hex');
      return null;
    }
    const stored = await this.#catalog
      .selectFrom('service')
      .select('value')
      .where('name', '=', 'admin_token_sha256')
      .executeTakeFirst();
    if (stored !== undefined) {
      this.#adminSha256 = stored.value;
      return null;
    }
    const secret = createToken('adm');
    this.#adminSha256 = hashToken(secret).toString('hex');
    const row = { name: 'admin_token_sha256', value: this.#adminSha256 } as const;
    await this.#catalog.insertInto('service').values(row).execute();
    return secret;
  }

  async authenticate(presented: PresentedToken): Promise<Credential | null> {
    const sha256 = presented.sha256.toString('hex');
    if (sha256 === this.#adminSha256) return { kind: 'admin' };
    const generation = this.#generation;
    const found = this.#cache.get(sha256) ?? (await this.#lookUp(sha256));
    if (found === null) return null;
    if (generation === this.#generation) this.#remember(sha256, found);
    const now = new Date();
    if (found.expiresAtMs !== null && found.expiresAtMs <= now.getTime()) return null;
    if (found.credential.kind === 'project_token')
      this.#lastUsed.set(found.credential.tokenId, timestamp(now));
    return found.credential;
  }

  /** Makes a token of full power inside one project. */
  async create(projectId: number, name: string, catalog: Catalog = this.#catalog): Promise<NewToken> {
    const secret = createToken('pat');
    const row = await catalog
      .insertInto('tokens')
      .values({
        project_id: projectId,
        token_type: 'project_api_token',
        token_name: name,
        token_sha256: hashToken(secret).toString('hex'),
        created_at: timestamp(),
        expires_at: null,
        revoked_at: null,
        last_used_at: null,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    return { secret, row };
  }

  /** @throws RowhouseError `not_found`. */
  async get(tokenId: number): Promise<TokenRow> {
    const row = await this.#catalog
      .selectFrom('tokens')
      .selectAll()
      .where('id', '=', tokenId)
      .executeTakeFirst();
    if (row === undefined) throw new RowhouseError('not_found', 'There is no such token in this project.');
    return { ...row, last_used_at: this.#lastUsed.get(tokenId) ?? row.last_used_at };
  }

  /** From the next request on, no token of the project's is known. */
  forgetProject(projectId: number): void {
    this.#generation++;
    for (const [sha256, { credential }] of this.#cache) {
      if (credential.kind === 'project_token' && credential.projectId === projectId)
        this.#cache.delete(sha256);
    }
  }

  /** Writes down when each token was last used: all of them in one transaction, now and then, not one a request. */
  async recordUse(): Promise<void> {
    const used = [...this.#lastUsed];
    if (used.length === 0) return;
    this.#lastUsed.clear();
    await this.#catalog.transaction().execute(async (transaction) => {
      for (const [id, lastUsedAt] of used) {
        await transaction
          .updateTable('tokens')
          .set({ last_used_at: lastUsedAt })
          .where('id', '=', id)
          .execute();
      }
    });
  }

  async #lookUp(sha256: string): Promise<CachedCredential | null> {
    const row = await this.#catalog
      .selectFrom('tokens')
      .innerJoin('projects', 'projects.id', 'tokens.project_id')
      .select(['tokens.id', 'tokens.project_id', 'tokens.expires_at', 'projects.project_slug'])
      .where('token_sha256', '=', sha256)
      .where('revoked_at', 'is', null)
      .executeTakeFirst();
    if (row === undefined) return null;
    return {
      credential: {
        kind: 'project_token',
        tokenId: row.id,
        projectId: row.project_id,
        projectSlug: row.project_slug,
      },
      expiresAtMs: row.expires_at === null ? null : Date.parse(row.expires_at),
    };
  }

  #remember(sha256: string, found: CachedCredential): void {
    this.#cache.delete(sha256);
    this.#cache.set(sha256, found);
    if (this.#cache.size <= MAX_CACHED_CREDENTIALS) return;
    const [oldest] = this.#cache.keys();
    if (oldest !== undefined) this.#cache.delete(oldest);
  }
}
