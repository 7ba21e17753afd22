import type { Catalog } from '../../catalog/catalog.ts';
import { writeOnce } from '../../catalog/idempotency-store.ts';
import { projectBySlug } from '../../catalog/project-by-slug.ts';
import type { ProjectRow, ProjectUserRow, TokenRow } from '../../catalog/tables.ts';
import type { Credential } from '../../core/credential.ts';
import { RowhouseError } from '../../core/errors.ts';
import type { SealedRequest, Replayable } from '../../core/idempotency.ts';
import { timestamp } from '../../core/ids.ts';
import {
  type Authenticator,
  invalidCredentials,
  type PresentedToken,
} from '../../http/access/authentication.ts';
import { createToken, hashToken } from '../../http/access/token.ts';
import { CredentialCache } from './credential-cache.ts';
import { CredentialLookUp } from './credential-look-up.ts';
import { firstUserOf } from './first-user.ts';
import { fullGrant } from './grant.ts';
import { insertToken, type NamedTokenRow, type NewToken } from './insert-token.ts';
import { issueToken, revokeTokensOf, tokenInForce, type TokenRequest } from './issue-token.ts';
import { projectUsername } from './project-username.ts';
import { sweepTokens } from './sweep-tokens.ts';
import { TokenUse } from './token-use.ts';

export type { NewToken } from './insert-token.ts';

/** The name of a token that nobody gave one. */
export const DEFAULT_TOKEN_NAME = 'default';

export interface UserTokenRequest {
  readonly user: ProjectUserRow;
  readonly name: string;
  /** Null for never. */
  readonly expiresAt: string | null;
  /** Whether the earlier tokens of the same account user in this project are revoked. */
  readonly revokePrevious: boolean;
}

/** Who may come in: project tokens from the catalog, and the one admin credential. */
export class Tokens implements Authenticator {
  readonly #catalog: Catalog;
  #adminSha256: string | null = null;
  readonly #cache = new CredentialCache();
  readonly #lookUp: CredentialLookUp;
  readonly #use = new TokenUse();

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
    this.#lookUp = new CredentialLookUp(catalog);
  }

  /**
   * Puts the admin credential in force: the configured one, or the one made before.
   * @returns whether there is one.
   */
  async adoptAdminToken(configured: string | null): Promise<boolean> {
    if (configured !== null) {
      this.#adminSha256 = hashToken(configured).toString('hex');
      return true;
    }
    const stored = await this.#catalog
      .selectFrom('service')
      .select('value')
      .where('name', '=', 'admin_token_sha256')
      .executeTakeFirst();
    this.#adminSha256 = stored?.value ?? null;
    return stored !== undefined;
  }

  /** Makes the admin credential, where there is none. @returns its secret, to be shown this once. */
  async createAdminToken(): Promise<string> {
    const secret = createToken('adm');
    const row = { name: 'admin_token_sha256', value: hashToken(secret).toString('hex') } as const;
    await this.#catalog.insertInto('service').values(row).execute();
    this.#adminSha256 = row.value;
    return secret;
  }

  /** @throws RowhouseError `unavailable` where too many tokens are being looked up. */
  async authenticate(presented: PresentedToken): Promise<Credential | null> {
    const sha256 = presented.sha256.toString('hex');
    if (sha256 === this.#adminSha256) return { kind: 'admin' };
    if (!presented.isOfProject) return null;
    const found = await this.#cache.find(sha256, () => this.#lookUp.find(sha256));
    if (found === null) return null;
    const now = new Date();
    if (found.expiresAtMs !== null && found.expiresAtMs <= now.getTime()) return null;
    if (found.credential.kind === 'project_token') this.#use.note(found.credential.tokenId, timestamp(now));
    return found.credential;
  }

  /** Makes the token that a new project begins with, of full power inside it. */
  async createFirst(project: ProjectRow, catalog: Catalog): Promise<NewToken> {
    return this.createFull(catalog, {
      project_id: project.id,
      account_user_id: await firstUserOf(catalog, project.account_id),
      project_user_id: null,
      token_name: DEFAULT_TOKEN_NAME,
    });
  }

  /** Makes a token of full power inside a project, for this account user. Call it in a transaction. */
  async createFull(
    transaction: Catalog,
    owner: Pick<TokenRow, 'project_id' | 'account_user_id' | 'project_user_id' | 'token_name'>,
  ): Promise<NewToken> {
    return insertToken(transaction, { ...owner, grant: fullGrant });
  }

  /**
   * Makes a token of full power inside the project for a user of it, who has proved it.
   * @throws RowhouseError `invalid_credentials` when the user is gone meanwhile.
   */
  async createForUser({ user, name, expiresAt, revokePrevious }: UserTokenRequest): Promise<NewToken> {
    return this.#revoking(user.project_id, () =>
      this.#catalog.transaction().execute(async (transaction) => {
        await requireUser(transaction, user.id);
        if (revokePrevious) await revokeTokensOf(transaction, user);
        return insertToken(transaction, {
          project_id: user.project_id,
          account_user_id: user.account_user_id,
          project_user_id: user.id,
          token_name: name,
          grant: { ...fullGrant, expiresAt },
        });
      }),
    );
  }

  /**
   * Looks at a credential once more, in the transaction in which it makes something.
   * @throws RowhouseError `invalid_token` when it was revoked meanwhile.
   */
  async requireInForce(transaction: Catalog, credential: Credential): Promise<void> {
    if (credential.kind === 'project_token') await tokenInForce(transaction, credential.tokenId);
  }

  /** @throws RowhouseError as `issueToken` does, and `idempotency_mismatch`. */
  async create(request: TokenRequest, sealed: SealedRequest | null): Promise<Replayable<NewToken>> {
    return this.createFor(request, sealed, (token) => token);
  }

  /**
   * Makes a token as a part of something, which is what is kept for a request that is repeated.
   * @throws RowhouseError as `create` does.
   */
  async createFor<Result>(
    request: TokenRequest,
    sealed: SealedRequest | null,
    toResult: (token: NewToken) => Result,
  ): Promise<Replayable<Result>> {
    const { id } = await projectBySlug(this.#catalog, request.projectSlug);
    return this.#revoking(id, () =>
      writeOnce(this.#catalog, sealed, async (transaction) =>
        toResult(await issueToken(transaction, request)),
      ),
    );
  }

  /** Those in force and those that are expired or revoked, the newest first. `hasMore` tells whether others follow. */
  async list(
    projectSlug: string,
    { limit, offset }: { readonly limit: number; readonly offset: number },
  ): Promise<{ readonly rows: readonly NamedTokenRow[]; readonly hasMore: boolean }> {
    const project = await projectBySlug(this.#catalog, projectSlug);
    const rows = await this.#catalog
      .selectFrom('tokens')
      .selectAll()
      .select(projectUsername)
      .where('project_id', '=', project.id)
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .offset(offset)
      .execute();
    const upToDate = rows.slice(0, limit).map((row) => this.#use.withLastUse(row));
    return { rows: upToDate, hasMore: rows.length > limit };
  }

  /**
   * From the next request on, the token is invalid. One that was revoked before stays so, from that time.
   * @throws RowhouseError `not_found` when the project has no such token; `idempotency_mismatch`.
   */
  async revoke(
    projectSlug: string,
    tokenId: number,
    request: SealedRequest | null,
  ): Promise<Replayable<Pick<TokenRow, 'id'>>> {
    const project = await projectBySlug(this.#catalog, projectSlug);
    return this.#revoking(project.id, () =>
      writeOnce(this.#catalog, request, async (transaction) => {
        const revoked = await transaction
          .updateTable('tokens')
          .set((build) => ({ revoked_at: build.fn.coalesce('revoked_at', build.val(timestamp())) }))
          .where('id', '=', tokenId)
          .where('project_id', '=', project.id)
          .returning('id')
          .executeTakeFirst();
        if (revoked === undefined) throw noSuchToken();
        return revoked;
      }),
    );
  }

  /** @throws RowhouseError `not_found`. */
  async get(tokenId: number): Promise<TokenRow> {
    const row = await this.#catalog
      .selectFrom('tokens')
      .selectAll()
      .where('id', '=', tokenId)
      .executeTakeFirst();
    if (row === undefined) throw noSuchToken();
    return this.#use.withLastUse(row);
  }

  /** From the next request on, no token of the project's is known. */
  forgetProject(projectId: number): void {
    this.#cache.forgetProject(projectId);
  }

  /** Writes down when each token was last used. */
  recordUse(): Promise<void> {
    return this.#use.record(this.#catalog);
  }

  /** Forgets the tokens that have been over for so many days. */
  async sweep(keptDays: number): Promise<void> {
    await sweepTokens(this.#catalog, keptDays);
  }

  /** Also where the change fails: the catalog may have made it, and only the answer was lost. */
  async #revoking<T>(projectId: number, change: () => Promise<T>): Promise<T> {
    try {
      return await change();
    } finally {
      this.#cache.forgetProject(projectId);
    }
  }
}

function noSuchToken(): RowhouseError {
  return new RowhouseError('not_found', 'There is no such token in this project.');
}

async function requireUser(transaction: Catalog, id: number): Promise<void> {
  const row = await transaction
    .selectFrom('project_users')
    .select('id')
    .where('id', '=', id)
    .executeTakeFirst();
  if (row === undefined) throw invalidCredentials();
}
