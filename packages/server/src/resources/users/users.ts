import type { Catalog } from '../../catalog/catalog.ts';
import type { ProjectRow, ProjectUserRow } from '../../catalog/tables.ts';
import { timestamp } from '../../core/ids.ts';
import type { Requester, RequestOrigin } from '../../core/requester.ts';
import { fullRights } from '../../http/access/rights.ts';
import type { NewToken, Tokens } from '../tokens/tokens.ts';
import { insertUser } from './insert-user.ts';
import type { LogIns } from './log-ins.ts';

export { LogIns } from './log-ins.ts';

/** A user ready to be stored, with a hashed password. */
export interface PreparedUser {
  readonly username: string;
  readonly passwordHash: string;
}

export interface LoginRequest {
  readonly projectSlug: string;
  readonly username: string;
  readonly password: string;
  readonly origin: RequestOrigin;
  readonly tokenName: string;
  /** Null for no expiry; omitted for the default expiry. */
  readonly expiresAt: string | null | undefined;
  readonly revokePrevious: boolean;
}

const TOKEN_MS = 30 * 86_400_000;

/** The users who can log in to a project. A password is valid for one project only. */
export class Users {
  readonly #catalog: Catalog;
  readonly #tokens: Tokens;
  readonly #logIns: LogIns;

  constructor(parts: { readonly catalog: Catalog; readonly tokens: Tokens; readonly logIns: LogIns }) {
    this.#catalog = parts.catalog;
    this.#tokens = parts.tokens;
    this.#logIns = parts.logIns;
  }

  /**
   * Hashes the password. This is slow, so it runs before the transaction that stores the user.
   * @throws RowhouseError `rate_limited`.
   */
  async prepare(user: { readonly username: string; readonly password: string }): Promise<PreparedUser> {
    return {
      username: user.username.normalize('NFC'),
      passwordHash: await this.#logIns.passwords.hash(user.password),
    };
  }

  /** Stores the first user of a project, who has full power inside it. Call it in a transaction. */
  async create(
    transaction: Catalog,
    project: ProjectRow,
    user: PreparedUser,
    by: Requester,
  ): Promise<ProjectUserRow> {
    return insertUser(transaction, project, { ...user, rights: fullRights }, by);
  }

  /**
   * Creates a token for a user with the correct password.
   * @throws RowhouseError `invalid_credentials`, `rate_limited`.
   */
  async logIn(request: LoginRequest): Promise<NewToken> {
    const { origin, tokenName, revokePrevious } = request;
    const user = await this.authenticate({ ...request, address: origin.address });
    const { expiresAt = timestamp(new Date(Date.now() + TOKEN_MS)) } = request;
    const by = { actor: { type: 'project_user', id: user.id, name: user.username } as const, ...origin };
    return this.#tokens.createForUser({ user, name: tokenName, expiresAt, revokePrevious, by });
  }

  /**
   * Returns the user with the correct password. A wrong password, an unknown or disabled user and an unknown project give the
   * same error after the same work.
   * @throws RowhouseError `invalid_credentials`, `rate_limited`.
   */
  async authenticate(request: {
    readonly projectSlug: string;
    readonly username: string;
    readonly password: string;
    readonly address: string;
  }): Promise<ProjectUserRow> {
    const { projectSlug, password } = request;
    const attempt = { ...request, realm: `project ${projectSlug}` };
    const user = await this.#logIns.check(attempt, (username) => this.#find(projectSlug, username));
    if (!this.#logIns.passwords.isUpToDate(user.password_hash)) await this.#hashAnew(user, password);
    return user;
  }

  /** Hashes the password again with the current parameters, which increase over the years. */
  async #hashAnew({ id, password_hash }: ProjectUserRow, password: string): Promise<void> {
    await this.#catalog
      .updateTable('project_users')
      .set({ password_hash: await this.#logIns.passwords.hash(password) })
      .where('id', '=', id)
      // If the hash was changed meanwhile, it belongs to another password.
      .where('password_hash', '=', password_hash)
      .execute();
  }

  #find(projectSlug: string, username: string): Promise<ProjectUserRow | undefined> {
    return this.#catalog
      .selectFrom('project_users')
      .innerJoin('projects', 'projects.id', 'project_users.project_id')
      .innerJoin('accounts', 'accounts.id', 'projects.account_id')
      .selectAll('project_users')
      .where('project_slug', '=', projectSlug)
      .where('username', '=', username)
      .where('project_users.disabled_at', 'is', null)
      .where('accounts.disabled_at', 'is', null)
      .executeTakeFirst();
  }
}
