import type { Catalog } from '../../catalog/catalog.ts';
import type { ProjectRow, ProjectUserRow } from '../../catalog/tables.ts';
import { timestamp } from '../../core/ids.ts';
import type { NewToken, Tokens } from '../tokens/tokens.ts';
import { hashNewPassword } from './passwords/hash-new-password.ts';
import type { PasswordLogins } from './passwords/password-logins.ts';
import type { Passwords } from './passwords/passwords.ts';

/** A user ready to be stored, with a hashed password. */
export interface PreparedUser {
  readonly username: string;
  readonly passwordHash: string;
}

export interface LoginRequest {
  readonly projectSlug: string;
  readonly username: string;
  readonly password: string;
  /** The remote address of the request. */
  readonly address: string;
  readonly tokenName: string;
  /** Null for no expiry; omitted for the default expiry. */
  readonly expiresAt: string | null | undefined;
  readonly revokePrevious: boolean;
  /** Aborts when the client disconnects. */
  readonly signal: AbortSignal;
}

const SESSION_MS = 30 * 86_400_000;

/** Manages the users who can log in to a project. A password is valid for one project only. */
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
  }): Promise<PreparedUser> {
    const { projectSlug, username, password, passwordField: field } = user;
    const words = [
      { what: 'the username', word: username },
      { what: 'the slug of the project', word: projectSlug },
    ];
    return {
      username: username.normalize('NFC'),
      passwordHash: await hashNewPassword(this.#passwords, { password, field, words }),
    };
  }

  /** Stores the user, and links the account's user of the same name. Call it in a transaction. */
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
   * Creates a token for a user with the correct password. A wrong password, an unknown user and an unknown project give the
   * same error after the same work.
   * @throws RowhouseError `invalid_credentials`, `rate_limited`, `unavailable`.
   */
  async logIn(request: LoginRequest): Promise<NewToken> {
    const { projectSlug, address, password, tokenName, revokePrevious, signal } = request;
    const username = request.username.normalize('NFC');
    const user = await this.#logins.verify(
      { realm: `project ${projectSlug}`, username, address },
      { password, find: () => this.#find(projectSlug, username), signal },
    );
    if (!this.#passwords.isUpToDate(user.password_hash)) await this.#hashAnew(user, password);
    const { expiresAt = timestamp(new Date(Date.now() + SESSION_MS)) } = request;
    return this.#tokens.createForUser({ user, name: tokenName, expiresAt, revokePrevious });
  }

  /** Hashes the password again with the current parameters, which increase over the years. */
  async #hashAnew({ id, password_hash }: ProjectUserRow, password: string): Promise<void> {
    await this.#catalog
      .updateTable('project_users')
      .set({ password_hash: await this.#passwords.hash(password) })
      .where('id', '=', id)
      // If the hash was changed meanwhile, it belongs to another password.
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
