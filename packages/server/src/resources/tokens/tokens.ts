import { recordChange } from '../../catalog/audit-trail.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { writeOnce } from '../../catalog/idempotency-store.ts';
import { LastUse } from '../../catalog/last-use.ts';
import { projectById } from '../../catalog/project-by-id.ts';
import type { ProjectRow, ProjectUserRow, TokenRow } from '../../catalog/tables.ts';
import type { Credential } from '../../core/credential.ts';
import { invalidCredentials, RowhouseError } from '../../core/errors.ts';
import type { SealedRequest, Replayable } from '../../core/idempotency.ts';
import { timestamp } from '../../core/ids.ts';
import type { ProjectRef } from '../../core/project-ref.ts';
import type { Requester } from '../../core/requester.ts';
import { type Authenticator, type PresentedToken } from '../../http/access/authentication.ts';
import { CredentialCache } from '../../http/access/credential-cache.ts';
import type { AdminToken } from './admin-token.ts';
import { tokenBySecret } from './credential-look-up.ts';
import { firstUserOf } from './first-user.ts';
import { fullGrant, type Grant } from './grant.ts';
import { insertToken, type NamedTokenRow, type NewToken, type TokenValues } from './insert-token.ts';
import { issueToken, type TokenRequest } from './issue-token.ts';
import { projectUserOfToken } from './project-user.ts';
import { sweepTokens } from './sweep-tokens.ts';

export type { Grant } from './grant.ts';
export type { NewToken } from './insert-token.ts';
export { issuerInForce, expiryInForce } from './issuer.ts';

/** The default name of a token. */
export const DEFAULT_TOKEN_NAME = 'default';

export interface UserTokenRequest {
  readonly user: ProjectUserRow;
  readonly name: string;
  /** Null for no expiry. */
  readonly expiresAt: string | null;
  /** Whether to revoke the earlier tokens of the same account user in this project. */
  readonly revokePrevious: boolean;
  readonly by: Requester;
}

/** Authenticates project tokens, from the catalog, and the admin credential. */
export class Tokens implements Pick<Authenticator, 'authenticate'> {
  readonly #catalog: Catalog;
  readonly #adminToken: AdminToken;
  readonly #cache = new CredentialCache();
  readonly #use = new LastUse(storeUse);

  constructor(catalog: Catalog, adminToken: AdminToken) {
    this.#catalog = catalog;
    this.#adminToken = adminToken;
  }

  /** @throws RowhouseError `unavailable` if too many look-ups are running. */
  async authenticate(presented: PresentedToken): Promise<Credential | null> {
    const sha256 = presented.sha256.toString('hex');
    if (await this.#adminToken.matches(sha256)) return { kind: 'admin' };
    if (!presented.isOfProject) return null;
    const found = await this.#cache.find(sha256, () => tokenBySecret(this.#catalog, sha256));
    if (found === null) return null;
    const now = new Date();
    if (found.expiresAtMs !== null && found.expiresAtMs <= now.getTime()) return null;
    if (found.credential.kind === 'project_token') this.#use.note(found.credential.tokenId, timestamp(now));
    return found.credential;
  }

  /** Creates the first token of a new project, with full power inside it. */
  async createFirst(project: ProjectRow, catalog: Catalog, by: Requester): Promise<NewToken> {
    return this.createFull(catalog, {
      project,
      account_user_id: await firstUserOf(catalog, project.account_id),
      project_user_id: null,
      token_name: DEFAULT_TOKEN_NAME,
      by,
      expiresAt: null,
    });
  }

  /** Creates a token with full power inside a project, for this account user. Call it in a transaction. */
  async createFull(
    transaction: Catalog,
    { expiresAt, ...owner }: Omit<TokenValues, 'grant' | 'revokePrevious'> & Pick<Grant, 'expiresAt'>,
  ): Promise<NewToken> {
    return insertToken(transaction, { ...owner, grant: { ...fullGrant, expiresAt }, revokePrevious: false });
  }

  /**
   * Creates a token with full power inside the project, for an authenticated user of it.
   * @throws RowhouseError `invalid_credentials` if the user was removed or disabled, or the password changed, meanwhile.
   */
  async createForUser({ user, name, expiresAt, ...request }: UserTokenRequest): Promise<NewToken> {
    return this.#revoking(user.project_id, () =>
      this.#catalog.transaction().execute(async (transaction) =>
        insertToken(transaction, {
          project: await projectOfUser(transaction, user),
          account_user_id: user.account_user_id,
          project_user_id: user.id,
          token_name: name,
          grant: { ...fullGrant, expiresAt },
          ...request,
        }),
      ),
    );
  }

  /** @throws RowhouseError like `issueToken`, and `idempotency_mismatch`. */
  async create(request: TokenRequest, sealed: SealedRequest | null): Promise<Replayable<NewToken>> {
    return this.createFor(request, sealed, (token) => token);
  }

  /** Creates a token as a part of a result, which is stored for repeated requests. @throws RowhouseError like `create`. */
  async createFor<Result>(
    request: TokenRequest,
    sealed: SealedRequest | null,
    toResult: (token: NewToken) => Result,
  ): Promise<Replayable<Result>> {
    return this.#revoking(request.project.id, () =>
      writeOnce(this.#catalog, sealed, async (transaction) =>
        toResult(await issueToken(transaction, request)),
      ),
    );
  }

  /** Lists valid, expired and revoked tokens, the newest first. `hasMore` states whether others follow. */
  async list(
    ref: ProjectRef,
    { limit, offset }: { readonly limit: number; readonly offset: number },
  ): Promise<{ readonly rows: readonly NamedTokenRow[]; readonly hasMore: boolean }> {
    const project = await projectById(this.#catalog, ref);
    const rows = await this.#catalog
      .selectFrom('tokens')
      .selectAll()
      .select(projectUserOfToken)
      .where('project_id', '=', project.id)
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .offset(offset)
      .execute();
    const upToDate = rows.slice(0, limit).map((row) => this.#use.withLastUse(row));
    return { rows: upToDate, hasMore: rows.length > limit };
  }

  /**
   * Revokes the token, which is invalid from the next request on, with its links. A token that was revoked before keeps its
   * time of revocation.
   * @throws RowhouseError `not_found` if the project has no such token; `idempotency_mismatch`.
   */
  async revoke(
    ref: ProjectRef,
    tokenId: number,
    by: Requester,
    request: SealedRequest | null,
  ): Promise<Replayable<Pick<TokenRow, 'id'>>> {
    return this.#revoking(ref.id, () =>
      writeOnce(this.#catalog, request, async (transaction) => {
        const project = await projectById(transaction, ref);
        const { id, revoked_at, links_ended_at } = await tokenInProject(transaction, project, tokenId);
        // Nothing changes, so the audit trail has no event.
        if (revoked_at !== null && links_ended_at !== null) return { id };
        const now = timestamp();
        await transaction
          .updateTable('tokens')
          .set({ revoked_at: revoked_at ?? now, links_ended_at: links_ended_at ?? now })
          .where('id', '=', id)
          .execute();
        await recordChange(transaction, by, { action: 'token.revoked', project, subject: tokenId });
        return { id };
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

  /** Removes the project's tokens from memory, so each is looked up again at its next request. */
  forgetProject(projectId: number): void {
    this.#cache.forgetProject(projectId);
  }

  forgetAccount(accountId: number): void {
    this.#cache.forgetAccount(accountId);
  }

  /** Stores the last use of each token. */
  recordUse(): Promise<void> {
    return this.#use.record(this.#catalog);
  }

  /** Removes the tokens that ended this many days ago. */
  async sweep(keptDays: number): Promise<void> {
    await sweepTokens(this.#catalog, keptDays);
  }

  /** Clears the cache even if the change fails: the catalog may have made it, and only the answer was lost. */
  async #revoking<T>(projectId: number, change: () => Promise<T>): Promise<T> {
    try {
      return await change();
    } finally {
      this.#cache.forgetProject(projectId);
    }
  }
}

function storeUse(transaction: Catalog, id: number, usedAt: string): Promise<unknown> {
  return transaction.updateTable('tokens').set({ last_used_at: usedAt }).where('id', '=', id).execute();
}

async function tokenInProject(
  transaction: Catalog,
  { id: projectId }: ProjectRow,
  id: number,
): Promise<TokenRow> {
  const row = await transaction
    .selectFrom('tokens')
    .selectAll()
    .where('id', '=', id)
    .where('project_id', '=', projectId)
    .executeTakeFirst();
  if (row === undefined) throw noSuchToken();
  return row;
}

function noSuchToken(): RowhouseError {
  return new RowhouseError('not_found', 'There is no such token in this project.');
}

async function projectOfUser(
  transaction: Catalog,
  { id, password_hash }: ProjectUserRow,
): Promise<ProjectRow> {
  const row = await transaction
    .selectFrom('project_users')
    .innerJoin('projects', 'projects.id', 'project_users.project_id')
    .selectAll('projects')
    .where('project_users.id', '=', id)
    .where('password_hash', '=', password_hash)
    .where('disabled_at', 'is', null)
    .executeTakeFirst();
  if (row === undefined) throw invalidCredentials();
  return row;
}
