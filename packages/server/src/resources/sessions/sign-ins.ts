import { recordChange } from '../../catalog/audit-trail.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { AccountUserRow } from '../../catalog/tables.ts';
import type { Session } from '../../core/credential.ts';
import { invalidCredentials, invalidField, RowhouseError } from '../../core/errors.ts';
import { timestamp } from '../../core/ids.ts';
import type { Requester, RequestOrigin } from '../../core/requester.ts';
import { invalidToken } from '../../http/access/authentication.ts';
import { hashToken } from '../../http/access/token.ts';
import { hashNewPassword } from '../../passwords/hash-new-password.ts';
import type { PasswordLogins } from '../../passwords/password-logins.ts';
import type { Passwords } from '../../passwords/passwords.ts';
import { realmOf, type Users } from '../users/users.ts';
import { type CurrentSession, sessionById } from './session-look-up.ts';
import { scopeOf, type Sessions, type SignedIn, type StartedSession } from './sessions.ts';

export interface PasswordSignIn {
  /** The project of a project user; omitted for a user of an account. */
  readonly projectSlug: string | undefined;
  readonly username: string;
  readonly password: string;
}

export interface NewPassword {
  /** Not required in a session that began with a link, or for a user without a password. */
  readonly current: string | undefined;
  readonly password: string;
}

/** The client of a request that checks a password. */
export interface ClientOfSession extends RequestOrigin {
  /** Aborts when the client disconnects. */
  readonly signal: AbortSignal;
}

export interface BrowserOrigin extends ClientOfSession {
  readonly userAgent: string | undefined;
}

/** Checks the passwords and links that sessions begin with, and sets the passwords of people who are logged in. */
export class SignIns {
  readonly #catalog: Catalog;
  readonly #sessions: Sessions;
  readonly #users: Users;
  readonly #passwords: Passwords;
  readonly #logins: PasswordLogins;

  constructor(parts: {
    readonly catalog: Catalog;
    readonly sessions: Sessions;
    readonly users: Users;
    readonly passwords: Passwords;
    readonly logins: PasswordLogins;
  }) {
    this.#catalog = parts.catalog;
    this.#sessions = parts.sessions;
    this.#users = parts.users;
    this.#passwords = parts.passwords;
    this.#logins = parts.logins;
  }

  /** @throws RowhouseError `invalid_credentials`, `rate_limited`. */
  async withPassword(request: PasswordSignIn, origin: BrowserOrigin): Promise<StartedSession> {
    const { passwordHash, ...signedIn } = await this.#checked(request, origin);
    return this.#sessions.start(async (transaction) => {
      if ((await passwordHashOf(transaction, signedIn)) !== passwordHash) throw invalidCredentials();
      return signedIn;
    }, origin);
  }

  /** Signs in with the code of a link, which is valid once. @throws RowhouseError `invalid_credentials`. */
  async withLink(code: string, origin: BrowserOrigin): Promise<StartedSession> {
    return this.#sessions.start((transaction) => useLink(transaction, code), origin);
  }

  /**
   * Sets the password of the session's user, and ends the user's other sessions.
   * @throws RowhouseError `invalid_credentials` if the current password is wrong, `rate_limited`; `validation_failed` if it
   * is missing; `invalid_token` if the session ended meanwhile.
   */
  async setPassword(
    session: Session,
    { current, password }: NewPassword,
    by: Requester & ClientOfSession,
  ): Promise<void> {
    const signedIn = await this.#sessions.current(session);
    await this.#requireCurrent(signedIn, current, by);
    const password_hash = await hashNewPassword(this.#passwords, {
      password,
      owner: `account ${signedIn.accountId}`,
      field: 'body.password',
      username: signedIn.username,
      projectSlug: signedIn.project?.project_slug ?? null,
    });
    const { row } = signedIn;
    await this.#sessions.changing(async (transaction) => {
      // Whoever ended the session or changed the password during the hash has the last word.
      const now = await sessionById(transaction, session.id);
      if (now === null) throw invalidToken();
      if (now.passwordHash !== signedIn.passwordHash) throw invalidCredentials();
      await storePassword(transaction, row, password_hash);
      await transaction
        .deleteFrom('sessions')
        .where('account_user_id', '=', row.account_user_id)
        .where('project_user_id', row.project_user_id === null ? 'is' : '=', row.project_user_id)
        .where('id', '!=', row.id)
        .execute();
      const byPassword = { signed_in_by: 'password' } as const;
      await transaction.updateTable('sessions').set(byPassword).where('id', '=', row.id).execute();
      const subject = row.project_user_id ?? row.account_user_id;
      await recordChange(transaction, by, { action: 'password.set', ...scopeOf(signedIn), subject });
    });
  }

  async #checked(
    { projectSlug, username, password }: PasswordSignIn,
    { address, signal }: BrowserOrigin,
  ): Promise<SignedIn & { readonly passwordHash: string | null }> {
    if (projectSlug !== undefined) {
      const user = await this.#users.authenticate({ projectSlug, username, password, address, signal });
      const { account_user_id: accountUserId, id: projectUserId, password_hash: passwordHash } = user;
      return { accountUserId, projectUserId, by: 'password', passwordHash };
    }
    const name = username.normalize('NFC');
    const user = await this.#logins.verify(
      { realm: ACCOUNTS, username: name, address },
      { password, find: () => findPerson(this.#catalog, name), signal },
    );
    return { accountUserId: user.id, projectUserId: null, by: 'password', passwordHash: user.password_hash };
  }

  async #requireCurrent(
    { row, passwordHash, username, project }: CurrentSession,
    password: string | undefined,
    { address, signal }: ClientOfSession,
  ): Promise<void> {
    if (row.signed_in_by === 'link' || passwordHash === null) return;
    if (password === undefined) throw invalidField('body.current_password', 'is required');
    const realm = project === null ? ACCOUNTS : realmOf(project.project_slug);
    const known = { password_hash: passwordHash };
    await this.#logins.verify(
      { realm, username, address },
      { password, find: () => Promise.resolve(known), signal },
    );
  }
}

/** Where the names of the users of accounts are counted. */
const ACCOUNTS = 'accounts';

function findPerson(catalog: Catalog, username: string): Promise<AccountUserRow | undefined> {
  return catalog
    .selectFrom('account_users')
    .innerJoin('accounts', 'accounts.id', 'account_users.account_id')
    .selectAll('account_users')
    .where('username', '=', username)
    .where('account_users.disabled_at', 'is', null)
    .where('accounts.disabled_at', 'is', null)
    .executeTakeFirst();
}

/** Returns the stored hash of a user's password; null without one, and undefined for a removed user. */
async function passwordHashOf(
  transaction: Catalog,
  { accountUserId, projectUserId }: SignedIn,
): Promise<string | null | undefined> {
  const row =
    projectUserId === null
      ? await transaction
          .selectFrom('account_users')
          .select('password_hash')
          .where('id', '=', accountUserId)
          .executeTakeFirst()
      : await transaction
          .selectFrom('project_users')
          .select('password_hash')
          .where('id', '=', projectUserId)
          .executeTakeFirst();
  return row?.password_hash;
}

/** Returns whom a link signs in, and removes the link. @throws RowhouseError `invalid_credentials`. */
async function useLink(transaction: Catalog, code: string): Promise<SignedIn> {
  const used = await transaction
    .deleteFrom('sign_in_links')
    .where('secret_sha256', '=', hashToken(code).toString('hex'))
    .returningAll()
    .executeTakeFirst();
  if (used === undefined || used.expires_at <= timestamp()) {
    throw new RowhouseError('invalid_credentials', 'The link was used, has expired or was replaced.');
  }
  return { accountUserId: used.account_user_id, projectUserId: null, by: 'link' };
}

async function storePassword(
  transaction: Catalog,
  { account_user_id, project_user_id }: CurrentSession['row'],
  password_hash: string,
): Promise<void> {
  const change = { password_hash, updated_at: timestamp() };
  if (project_user_id === null) {
    await transaction.updateTable('account_users').set(change).where('id', '=', account_user_id).execute();
  } else {
    await transaction.updateTable('project_users').set(change).where('id', '=', project_user_id).execute();
  }
}
