import { randomBytes } from 'node:crypto';

import { recordChange } from '../../catalog/audit-trail.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { disabledSince } from '../../catalog/disabled-since.ts';
import { findReplay, writeOnce } from '../../catalog/idempotency-store.ts';
import { type AccountUserRow, OWNER_USER_ID } from '../../catalog/tables.ts';
import { RowhouseError } from '../../core/errors.ts';
import type { Replayable, SealedRequest } from '../../core/idempotency.ts';
import { timestamp } from '../../core/ids.ts';
import type { Requester } from '../../core/requester.ts';
import { hashToken } from '../../http/access/token.ts';
import { hashNewPassword } from '../../passwords/hash-new-password.ts';
import type { Passwords } from '../../passwords/passwords.ts';
import { accountInCatalog } from './accounts.ts';

export interface NewAccountUser {
  readonly accountId: number;
  readonly username: string;
  /** Omitted for a user who signs in with a link first. */
  readonly password?: string | undefined;
}

export interface AccountUserChange {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly isDisabled?: boolean | undefined;
}

/** A link that signs a user in once. */
export interface SignInLink {
  readonly code: string;
  readonly expiresAt: string;
}

const LINK_MS = 86_400_000;
const CODE_BYTES = 24;

/** The people of an account, who can log in to it, and have full power in its projects. */
export class AccountUsers {
  readonly #catalog: Catalog;
  readonly #passwords: Passwords;
  readonly #onChanged: (accountId: number) => void;

  constructor(parts: {
    readonly catalog: Catalog;
    readonly passwords: Passwords;
    /** Called when the credentials of an account may have become invalid or valid, to clear caches. */
    readonly onChanged: (accountId: number) => void;
  }) {
    this.#catalog = parts.catalog;
    this.#passwords = parts.passwords;
    this.#onChanged = parts.onChanged;
  }

  /** @throws RowhouseError `not_found`; `already_exists` if a user of any account has the name; `idempotency_mismatch`. */
  async create(
    { accountId, username: name, password }: NewAccountUser,
    by: Requester,
    request: SealedRequest | null,
  ): Promise<Replayable<AccountUserRow>> {
    const earlier = await findReplay<AccountUserRow>(this.#catalog, request);
    if (earlier !== null) return earlier;
    const username = name.normalize('NFC');
    const password_hash = password === undefined ? null : await this.#hash(password, username, accountId);
    return writeOnce(this.#catalog, request, async (transaction) => {
      await accountInCatalog(transaction, accountId);
      await requireFreeName(transaction, username);
      const times = { created_at: timestamp(), updated_at: timestamp() };
      const row = await transaction
        .insertInto('account_users')
        .values({ account_id: accountId, kind: 'person', username, password_hash, ...times })
        .returningAll()
        .executeTakeFirstOrThrow();
      await recordChange(transaction, by, {
        action: 'account_user.created',
        ...subjectOf(row),
        after: factsOf(row),
      });
      return row;
    });
  }

  /** Lists the people of an account in order of creation. @throws RowhouseError `not_found`. */
  async list(
    accountId: number,
    { limit, offset }: { readonly limit: number; readonly offset: number },
  ): Promise<{ readonly rows: readonly AccountUserRow[]; readonly hasMore: boolean }> {
    await accountInCatalog(this.#catalog, accountId);
    const rows = await this.#catalog
      .selectFrom('account_users')
      .selectAll()
      .where('account_id', '=', accountId)
      .where('kind', '=', 'person')
      .orderBy('id')
      .limit(limit + 1)
      .offset(offset)
      .execute();
    return { rows: rows.slice(0, limit), hasMore: rows.length > limit };
  }

  /**
   * Renames, disables or enables a user, or sets the password, which ends the user's sessions.
   * @throws RowhouseError `not_found`; `already_exists`; `conflict` if the server's owner would be disabled;
   * `idempotency_mismatch`.
   */
  async change(
    accountId: number,
    id: number,
    { username, password, isDisabled }: AccountUserChange,
    by: Requester,
    request: SealedRequest | null,
  ): Promise<Replayable<AccountUserRow>> {
    const earlier = await findReplay<AccountUserRow>(this.#catalog, request);
    if (earlier !== null) return earlier;
    const name = username?.normalize('NFC');
    const known = await personInCatalog(this.#catalog, accountId, id);
    const password_hash =
      password === undefined
        ? undefined
        : await this.#hash(password, name ?? known.username ?? '', accountId);
    return this.#changing(accountId, () =>
      writeOnce(this.#catalog, request, async (transaction) => {
        const before = await personInCatalog(transaction, accountId, id);
        if (isDisabled === true && id === OWNER_USER_ID) throw ofOwner('disabled');
        if (name !== undefined && name !== before.username) await requireFreeName(transaction, name);
        const row = await transaction
          .updateTable('account_users')
          .set({
            username: name ?? before.username,
            password_hash: password_hash ?? before.password_hash,
            disabled_at: disabledSince(before, isDisabled),
            updated_at: timestamp(),
          })
          .where('id', '=', id)
          .returningAll()
          .executeTakeFirstOrThrow();
        if (password_hash !== undefined || isDisabled === true) await endSignIns(transaction, id);
        await recordChange(transaction, by, {
          action: 'account_user.changed',
          ...subjectOf(row),
          before: factsOf(before),
          after: { ...factsOf(row), password_set: password_hash !== undefined },
        });
        return row;
      }),
    );
  }

  /**
   * Removes a user, with the user's tokens and sessions.
   * @throws RowhouseError `not_found`; `conflict` for the server's owner; `idempotency_mismatch`.
   */
  async remove(
    accountId: number,
    id: number,
    by: Requester,
    request: SealedRequest | null,
  ): Promise<Replayable<{ readonly id: number }>> {
    return this.#changing(accountId, () =>
      writeOnce(this.#catalog, request, async (transaction) => {
        const row = await personInCatalog(transaction, accountId, id);
        if (id === OWNER_USER_ID) throw ofOwner('removed');
        const tokens = await transaction
          .deleteFrom('tokens')
          .where('account_user_id', '=', id)
          .returning('id')
          .execute();
        await transaction.deleteFrom('account_users').where('id', '=', id).execute();
        await recordChange(transaction, by, {
          action: 'account_user.removed',
          ...subjectOf(row),
          before: { ...factsOf(row), token_ids: tokens.map((token) => token.id) },
        });
        return { id };
      }),
    );
  }

  /**
   * Creates a link that signs the user in once within a day, and replaces an earlier one.
   * @throws RowhouseError `not_found`; `conflict` for a disabled user.
   */
  async createSignInLink(
    accountId: number,
    id: number,
    by: Requester,
    request: SealedRequest | null,
  ): Promise<Replayable<SignInLink>> {
    return writeOnce(this.#catalog, request, async (transaction) => {
      const row = await personInCatalog(transaction, accountId, id);
      if (row.disabled_at !== null) throw new RowhouseError('conflict', 'The user is disabled.');
      const code = randomBytes(CODE_BYTES).toString('base64url');
      const expiresAt = timestamp(new Date(Date.now() + LINK_MS));
      await transaction.deleteFrom('sign_in_links').where('account_user_id', '=', id).execute();
      await transaction
        .insertInto('sign_in_links')
        .values({
          account_user_id: id,
          secret_sha256: hashToken(code).toString('hex'),
          expires_at: expiresAt,
        })
        .execute();
      await recordChange(transaction, by, {
        action: 'sign_in_link.created',
        ...subjectOf(row),
        after: { expires_at: expiresAt },
      });
      return { code, expiresAt };
    });
  }

  /** Clears the caches even if the change fails: the catalog may have made it, and only the answer was lost. */
  async #changing<T>(accountId: number, change: () => Promise<T>): Promise<T> {
    try {
      return await change();
    } finally {
      this.#onChanged(accountId);
    }
  }

  #hash(password: string, username: string, accountId: number): Promise<string> {
    const user = { username, projectSlug: null, owner: `account ${accountId}` };
    return hashNewPassword(this.#passwords, { ...user, password, field: 'body.password' });
  }
}

async function personInCatalog(transaction: Catalog, accountId: number, id: number): Promise<AccountUserRow> {
  const row = await transaction
    .selectFrom('account_users')
    .selectAll()
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .where('kind', '=', 'person')
    .executeTakeFirst();
  if (row === undefined) throw new RowhouseError('not_found', 'There is no such user in this account.');
  return row;
}

async function requireFreeName(transaction: Catalog, username: string): Promise<void> {
  const row = await transaction
    .selectFrom('account_users')
    .select('id')
    .where('username', '=', username)
    .executeTakeFirst();
  if (row !== undefined)
    throw new RowhouseError('already_exists', `A user named ${username} already exists.`);
}

/** Ends every session and sign-in link of the user. */
async function endSignIns(transaction: Catalog, id: number): Promise<void> {
  await transaction.deleteFrom('sessions').where('account_user_id', '=', id).execute();
  await transaction.deleteFrom('sign_in_links').where('account_user_id', '=', id).execute();
}

function factsOf({ username, disabled_at }: AccountUserRow) {
  return { username, disabled_at };
}

function subjectOf({ id, account_id }: AccountUserRow) {
  return { accountId: account_id, subject: id };
}

function ofOwner(what: string): RowhouseError {
  return new RowhouseError('conflict', `The server's owner cannot be ${what}.`);
}
