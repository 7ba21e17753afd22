import type { Catalog } from '../../catalog/catalog.ts';
import type { ProjectRow, ProjectUserRow } from '../../catalog/tables.ts';
import { timestamp } from '../../core/ids.ts';
import type { Requester, RequestOrigin } from '../../core/requester.ts';
import { fullRights } from '../../http/access/rights.ts';
import { hashNewPassword } from '../../passwords/hash-new-password.ts';
import type { PasswordLogins } from '../../passwords/password-logins.ts';
import type { Passwords } from '../../passwords/passwords.ts';
import type { NewToken, Tokens } from '../tokens/tokens.ts';
import { insertUser } from './insert-user.ts';

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
  /** Aborts when the client disconnects. */
  readonly signal: AbortSignal;
}

const TOKEN_MS = 30 * 86_400_000;

/** The users who can log in to a project. A password is valid for one project only. */
export class Users {
  readonly #catalog: Catalog;
  readonly #tokens: Tokens;
  readonly #passwords: Passwords;
  readonly #logins: PasswordLogins;

  constructor(parts: {
    readonly catalog: Catalog;
    readonly tokens: Tokens;
    readonly passwords: Passwords;
    readonly logins: PasswordLogins;
  }) {
    this.#catalog = parts.catalog;
    this.#tokens = parts.tokens;
    this.#passwords = parts.passwords;
    this.#logins = parts.logins;
  }

  /**
   * Validates and hashes the password. This is slow, so it runs before the transaction that stores the user.
   * @param user `passwordField` is the field that the client sent the password in.
   * @throws RowhouseError `validation_failed` with this field; `rate_limited`, `unavailable`.
   */
  async prepare(user: {
    readonly projectSlug: string;
    readonly username: string;
    readonly password: string;
    readonly passwordField: string;
    /** The account that the project belongs to. */
    readonly accountId: number;
  }): Promise<PreparedUser> {
    const { projectSlug, username, password, passwordField: field, accountId } = user;
    return {
      username: username.normalize('NFC'),
      passwordHash: await hashNewPassword(this.#passwords, {
        password,
        owner: `account ${accountId}`,
        field,
        username,
        projectSlug,
      }),
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
   * @throws RowhouseError `invalid_credentials`, `rate_limited`, `unavailable`.
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
   * @throws RowhouseError `invalid_credentials`, `rate_limited`, `unavailable`.
   */
  async authenticate(request: {
    readonly projectSlug: string;
    readonly username: string;
    readonly password: string;
    readonly address: string;
    /** Aborts when the client disconnects. */
    readonly signal: AbortSignal;
  }): Promise<ProjectUserRow> {
    const { projectSlug, password, address, signal } = request;
    const username = request.username.normalize('NFC');
    const user = await this.#logins.verify(
      { realm: realmOf(projectSlug), username, address },
      { password, find: () => this.#find(projectSlug, username), signal },
    );
    return this.#passwords.isUpToDate(user.password_hash) ? user : this.#hashAnew(user, password);
  }

  /** Hashes the password again with the current parameters, which increase over the years. */
  async #hashAnew(user: ProjectUserRow, password: string): Promise<ProjectUserRow> {
    const password_hash = await this.#passwords.hash(password, `project ${user.project_id}`);
    await this.#catalog
      .updateTable('project_users')
      .set({ password_hash })
      .where('id', '=', user.id)
      // If the hash was changed meanwhile, it belongs to another password.
      .where('password_hash', '=', user.password_hash)
      .execute();
    return { ...user, password_hash };
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

/** What the usernames of a project are counted under. */
export function realmOf(projectSlug: string): string {
  return `project ${projectSlug}`;
}
