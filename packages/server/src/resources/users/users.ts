import type { Catalog } from '../../catalog/catalog.ts';
import type { ProjectRow, ProjectUserRow } from '../../catalog/tables.ts';
import { timestamp } from '../../core/ids.ts';
import { invalidCredentials } from '../../http/access/authentication.ts';
import type { NewToken, Tokens } from '../tokens/tokens.ts';
import { LoginLimits } from './login-limits.ts';
import { Passwords } from './passwords.ts';

/** A user that can be stored: the password is in no readable form any more. */
export interface PreparedUser {
  readonly username: string;
  readonly passwordHash: string;
}

export interface LoginRequest {
  readonly projectSlug: string;
  readonly username: string;
  readonly password: string;
  /** Where the request comes from. */
  readonly address: string;
  readonly tokenName: string;
  /** Null for a token that is valid for ever; left out for one that ends with the session. */
  readonly expiresAt: string | null | undefined;
  readonly revokePrevious: boolean;
}

const SESSION_MS = 30 * 86_400_000;

/** Who may log in to a project, each with a password of that project alone. */
export class Users {
  readonly #catalog: Catalog;
  readonly #tokens: Tokens;
  readonly #passwords = new Passwords();
  readonly #limits = new LoginLimits();

  constructor(parts: { readonly catalog: Catalog; readonly tokens: Tokens }) {
    this.#catalog = parts.catalog;
    this.#tokens = parts.tokens;
  }

  /**
   * Takes a moment, and so is done before the transaction that stores the user.
   * @throws RowhouseError `rate_limited`.
   */
  async prepare(user: { readonly username: string; readonly password: string }): Promise<PreparedUser> {
    return {
      username: user.username.normalize('NFC'),
      passwordHash: await this.#passwords.hash(user.password),
    };
  }

  /** Stores the user, who is the account's user of the same name from now on. Call it in a transaction. */
  async create(transaction: Catalog, project: ProjectRow, user: PreparedUser): Promise<ProjectUserRow> {
    return transaction
      .insertInto('project_users')
      .values({
        project_id: project.id,
        account_user_id: await accountUserOf(transaction, project.account_id, user.username),
        username: user.username,
        password_hash: user.passwordHash,
        created_at: timestamp(),
      })
      .returningAll()
      .executeTakeFirstOrThrow();
  }

  /**
   * Makes a token for whoever knows the password. A wrong password, a user who is not there and a project that is not there
   * are refused in the same words after the same work.
   * @throws RowhouseError `invalid_credentials`, `rate_limited`.
   */
  async logIn(request: LoginRequest): Promise<NewToken> {
    const { projectSlug, address, password, tokenName, revokePrevious } = request;
    const username = request.username.normalize('NFC');
    const attempt = { projectSlug, username, address };
    this.#limits.require(attempt);
    const user = await this.#find(projectSlug, username);
    const known = await this.#passwords.matches(password, user?.password_hash ?? null, () =>
      this.#limits.count(attempt),
    );
    if (user === undefined || !known) throw invalidCredentials();
    this.#limits.forget(attempt);
    if (!this.#passwords.isUpToDate(user.password_hash)) await this.#hashAnew(user, password);
    const { expiresAt = timestamp(new Date(Date.now() + SESSION_MS)) } = request;
    return this.#tokens.createForUser({ user, name: tokenName, expiresAt, revokePrevious });
  }

  /** While the password is at hand: parameters grow with the years. */
  async #hashAnew({ id, password_hash }: ProjectUserRow, password: string): Promise<void> {
    await this.#catalog
      .updateTable('project_users')
      .set({ password_hash: await this.#passwords.hash(password) })
      .where('id', '=', id)
      // Where it was changed meanwhile, it is another password.
      .where('password_hash', '=', password_hash)
      .execute();
  }

  #find(projectSlug: string, username: string): Promise<ProjectUserRow | undefined> {
    return this.#catalog
      .selectFrom('project_users')
      .innerJoin('projects', 'projects.id', 'project_users.project_id')
      .selectAll('project_users')
      .where('project_slug', '=', projectSlug)
      .where('username', '=', username)
      .executeTakeFirst();
  }
}

async function accountUserOf(transaction: Catalog, accountId: number, username: string): Promise<number> {
  const found = await transaction
    .selectFrom('account_users')
    .select('id')
    .where('account_id', '=', accountId)
    .where('username', '=', username)
    .executeTakeFirst();
  if (found !== undefined) return found.id;
  const made = await transaction
    .insertInto('account_users')
    .values({ account_id: accountId, username, created_at: timestamp() })
    .returning('id')
    .executeTakeFirstOrThrow();
  return made.id;
}
