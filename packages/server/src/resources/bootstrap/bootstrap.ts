import type { Catalog } from '../../catalog/catalog.ts';
import { findReplay } from '../../catalog/idempotency-store.ts';
import { OWNER_ACCOUNT_ID, type ProjectRow, type ProjectUserRow } from '../../catalog/tables.ts';
import { type Credential, isOfProject } from '../../core/credential.ts';
import { invalidField, RowhouseError } from '../../core/errors.ts';
import type { SealedRequest, Replayable } from '../../core/idempotency.ts';
import type { Requester } from '../../core/requester.ts';
import type { CreatedDatabase, NewDatabase } from '../../engine/new-database.ts';
import { invalidToken } from '../../http/access/authentication.ts';
import { chosenAccount } from '../accounts/account-fields.ts';
import type { MadeProject, Projects } from '../projects/projects.ts';
import { DEFAULT_TOKEN_NAME, type NewToken, expiryInForce, type Tokens } from '../tokens/tokens.ts';
import type { PreparedUser, Users } from '../users/users.ts';

export interface BootstrapRequest {
  readonly issuer: Credential;
  readonly by: Requester;
  /** The account of the new project; omitted for the issuer's. */
  readonly accountId: number | undefined;
  /** The slug, already in lower case. */
  readonly slug: string;
  readonly name: string;
  readonly user: { readonly username: string; readonly password: string };
  readonly content: NewDatabase;
  readonly tokens: readonly TokenOfUser[];
}

export interface TokenOfUser {
  readonly accountUserId: number;
  /** Null for the default name. */
  readonly name: string | null;
  /** The user of the new project that the token names; null for none. */
  readonly username: string | null;
}

export interface Bootstrapped {
  readonly project: ProjectRow;
  readonly user: ProjectUserRow;
  readonly database: CreatedDatabase;
  readonly tokens: readonly NewToken[];
}

type BootstrappedProject = MadeProject<Pick<Bootstrapped, 'user' | 'tokens'>>;

/** Creates a whole project in one call: its database with tables, rows and indexes, its first user and its tokens. */
export class Bootstrap {
  readonly #catalog: Catalog;
  readonly #projects: Projects;
  readonly #tokens: Tokens;
  readonly #users: Users;

  constructor(parts: {
    readonly catalog: Catalog;
    readonly projects: Projects;
    readonly tokens: Tokens;
    readonly users: Users;
  }) {
    this.#catalog = parts.catalog;
    this.#projects = parts.projects;
    this.#tokens = parts.tokens;
    this.#users = parts.users;
  }

  /**
   * Creates everything or nothing. The project joins the account of the credential.
   * @throws RowhouseError `already_exists`; `validation_failed` and `constraint_violation` with the invalid field;
   * `invalid_token` if the token was revoked meanwhile; `idempotency_mismatch`.
   */
  async run(request: BootstrapRequest, sealed: SealedRequest | null): Promise<Replayable<Bootstrapped>> {
    const before = await findReplay<BootstrappedProject>(this.#catalog, sealed);
    if (before !== null) return { ...before, result: toBootstrapped(before.result) };
    const { issuer, by, slug, name, content } = request;
    const accountId = await this.#accountOf(request);
    requireUsernames(request);
    // Checked here too, before the expensive password hash. The creation checks again.
    await requireUsers(this.#catalog, accountId, request.tokens);
    await this.#projects.requireFree(slug);
    const user = await this.#users.prepare({
      ...request.user,
      projectSlug: slug,
      accountId,
      passwordField: 'body.initial_project_user.password',
    });
    const { result, replayOf } = await this.#projects.createWith(
      { slug, name, accountId, content, by },
      (project, transaction) =>
        this.#record(transaction, project, { issuer, by, user, tokens: request.tokens }),
      sealed,
    );
    return { result: toBootstrapped(result), replayOf };
  }

  async #accountOf({ issuer, accountId }: BootstrapRequest): Promise<number> {
    if (!isOfProject(issuer)) return chosenAccount(issuer, accountId) ?? OWNER_ACCOUNT_ID;
    if (accountId !== undefined) {
      throw new RowhouseError(
        'permission_denied',
        'A project token creates projects only in its own account.',
        {
          details: [{ field: 'body.account_id', message: 'must be omitted' }],
        },
      );
    }
    const project = await this.#catalog
      .selectFrom('projects')
      .select('account_id')
      .where('id', '=', issuer.projectId)
      .executeTakeFirst();
    if (project === undefined) throw invalidToken();
    return project.account_id;
  }

  async #record(
    transaction: Catalog,
    project: ProjectRow,
    requested: {
      readonly issuer: Credential;
      readonly by: Requester;
      readonly user: PreparedUser;
      readonly tokens: readonly TokenOfUser[];
    },
  ): Promise<Pick<Bootstrapped, 'user' | 'tokens'>> {
    const expiresAt = await expiryInForce(transaction, requested.issuer);
    await requireUsers(transaction, project.account_id, requested.tokens);
    const user = await this.#users.create(transaction, project, requested.user, requested.by);
    const tokens: NewToken[] = [];
    for (const { accountUserId, name, username } of requested.tokens) {
      const owner = {
        project,
        account_user_id: accountUserId,
        project_user_id: username === null ? null : user.id,
        token_name: name ?? DEFAULT_TOKEN_NAME,
        by: requested.by,
        expiresAt,
      };
      tokens.push(await this.#tokens.createFull(transaction, owner));
    }
    return { user, tokens };
  }
}

function toBootstrapped({ row, database, recorded }: BootstrappedProject): Bootstrapped {
  return { project: row, database, ...recorded };
}

/** A user of another account gets the same error as a user that does not exist. */
async function requireUsers(
  catalog: Catalog,
  accountId: number,
  tokens: readonly TokenOfUser[],
): Promise<void> {
  if (tokens.length === 0) return;
  const found = await catalog
    .selectFrom('account_users')
    .select('id')
    .where('account_id', '=', accountId)
    .where(
      'id',
      'in',
      tokens.map(({ accountUserId }) => accountUserId),
    )
    .execute();
  const known = new Set(found.map(({ id }) => id));
  const invalid = tokens.findIndex(({ accountUserId }) => !known.has(accountUserId));
  if (invalid === -1) return;
  throw invalidField(`body.project_api_tokens[${invalid}].account_user_id`, 'is not a user of this account');
}

/** A new project has one user, whom its tokens may name. */
function requireUsernames({ tokens, user }: BootstrapRequest): void {
  const known = user.username.normalize('NFC');
  const invalid = tokens.findIndex(
    ({ username }) => username !== null && username.normalize('NFC') !== known,
  );
  if (invalid === -1) return;
  throw invalidField(
    `body.project_api_tokens[${invalid}].project_username`,
    'must be the username of initial_project_user',
  );
}
