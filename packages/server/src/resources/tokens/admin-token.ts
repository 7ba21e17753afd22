import { recordChange } from '../../catalog/audit-trail.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { findReplay, storeResult } from '../../catalog/idempotency-store.ts';
import { idempotencyMismatch } from '../../core/errors.ts';
import type { SealedRequest } from '../../core/idempotency.ts';
import { timestamp } from '../../core/ids.ts';
import { type Requester, THE_SERVICE } from '../../core/requester.ts';
import { invalidToken } from '../../http/access/authentication.ts';
import { createToken, hashToken } from '../../http/access/token.ts';

/** A new admin credential with its secret, which is returned only once. */
export interface NewAdminToken {
  readonly secret: string;
  readonly createdAt: string;
}

/**
 * The admin credential in force at the start: `absent` if none was ever created, `refused` if the configured one was replaced
 * earlier, so that the stored one stays in force.
 */
export type AdoptedAdminToken = 'absent' | 'current' | 'refused';

/** The admin credential. There is one at a time, and one that was replaced never becomes valid again. */
export class AdminToken {
  readonly #catalog: Catalog;
  /** Undefined if a change failed, which the catalog may have made nevertheless. */
  #sha256: string | null | undefined = null;

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  /** Activates the configured token, which replaces the stored one, or without it the stored one. */
  async adopt(configured: string | null): Promise<AdoptedAdminToken> {
    const sha256 = configured === null ? null : sha256Of(configured);
    return this.#catalog.transaction().execute(async (transaction) => {
      const isRefused = sha256 !== null && (await wasReplaced(transaction, sha256));
      if (sha256 !== null && !isRefused) await makeCurrent(transaction, sha256, THE_SERVICE);
      this.#sha256 = await currentOf(transaction);
      if (this.#sha256 === null) return 'absent';
      return isRefused ? 'refused' : 'current';
    });
  }

  /** Returns whether the token with this hash is the admin credential. */
  async matches(sha256: string): Promise<boolean> {
    if (this.#sha256 === undefined) {
      const stored = await currentOf(this.#catalog);
      this.#sha256 ??= stored;
    }
    return sha256 === this.#sha256;
  }

  /** Creates the admin credential. It replaces the earlier one, if any. */
  async create(): Promise<NewAdminToken> {
    return this.#replace(THE_SERVICE, () => Promise.resolve());
  }

  /**
   * Creates an admin credential for a request, which replaces the current one. The result is not stored: the secret is shown once.
   * @param presented the token of the request; null for a session of the server's owner.
   * @throws RowhouseError `invalid_token` if the token was replaced meanwhile; `idempotency_mismatch` if the key is in use.
   */
  async rotate(
    presented: string | null,
    by: Requester,
    request: SealedRequest | null,
  ): Promise<NewAdminToken> {
    return this.#replace(by, async (transaction) => {
      if (presented !== null && (await currentOf(transaction)) !== sha256Of(presented)) throw invalidToken();
      if ((await findReplay(transaction, request)) !== null) throw idempotencyMismatch();
      await storeResult(transaction, request, null);
    });
  }

  async #replace(by: Requester, prepare: (transaction: Catalog) => Promise<void>): Promise<NewAdminToken> {
    const created = { secret: createToken('adm'), createdAt: timestamp() };
    const sha256 = sha256Of(created.secret);
    try {
      await this.#catalog.transaction().execute(async (transaction) => {
        await prepare(transaction);
        await makeCurrent(transaction, sha256, by);
      });
      this.#sha256 = sha256;
    } catch (error) {
      this.#sha256 = undefined;
      throw error;
    }
    return created;
  }
}

const NAME = 'admin_token_sha256';

async function currentOf(catalog: Catalog): Promise<string | null> {
  const row = await catalog.selectFrom('service').select('value').where('name', '=', NAME).executeTakeFirst();
  return row?.value ?? null;
}

async function wasReplaced(transaction: Catalog, sha256: string): Promise<boolean> {
  const row = await transaction
    .selectFrom('replaced_admin_tokens')
    .select('token_sha256')
    .where('token_sha256', '=', sha256)
    .executeTakeFirst();
  return row !== undefined;
}

/** Stores the token as the current one. Keeps the hash of the one that it replaces, which must not be adopted again. */
async function makeCurrent(transaction: Catalog, sha256: string, by: Requester): Promise<void> {
  const replaced = await currentOf(transaction);
  if (replaced === sha256) return;
  if (replaced !== null) {
    await transaction
      .insertInto('replaced_admin_tokens')
      .values({ token_sha256: replaced, replaced_at: timestamp() })
      .execute();
    await recordChange(transaction, by, { action: 'admin_token.replaced', subject: null });
  }
  await transaction
    .insertInto('service')
    .values({ name: NAME, value: sha256 })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: sha256 }))
    .execute();
}

function sha256Of(token: string): string {
  return hashToken(token).toString('hex');
}
