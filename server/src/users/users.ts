import type { Catalog } from '../catalog/catalog.ts';
import type { ProjectRow, ProjectUserRow } from '../catalog/tables.ts';
import { timestamp } from '../http/ids.ts';
import { Passwords } from './passwords.ts';

/** A user that can be stored: the password is in no readable form any more. */
export interface PreparedUser {
  readonly username: string;
  readonly passwordHash: string;
}

/** Who may log in to a project, each with a password of that project alone. */
export class Users {
  readonly #passwords = new Passwords();

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
