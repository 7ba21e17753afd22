import { recordChange } from '../../catalog/audit-trail.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { disabledSince } from '../../catalog/disabled-since.ts';
import { writeOnce } from '../../catalog/idempotency-store.ts';
import { type AccountRow, OWNER_ACCOUNT_ID } from '../../catalog/tables.ts';
import { RowhouseError } from '../../core/errors.ts';
import type { Replayable, SealedRequest } from '../../core/idempotency.ts';
import { timestamp } from '../../core/ids.ts';
import type { Requester } from '../../core/requester.ts';

export interface AccountChange {
  readonly name?: string | undefined;
  readonly isDisabled?: boolean | undefined;
}

/** The accounts of a server. Each project belongs to one. */
export class Accounts {
  readonly #catalog: Catalog;
  readonly #onChanged: (accountId: number) => void;

  constructor(parts: {
    readonly catalog: Catalog;
    /** Called when the credentials of an account may have become invalid or valid, to clear caches. */
    readonly onChanged: (accountId: number) => void;
  }) {
    this.#catalog = parts.catalog;
    this.#onChanged = parts.onChanged;
  }

  /** Creates an account, with the user that owns what the admin credential creates in it. */
  async create(name: string, by: Requester, request: SealedRequest | null): Promise<Replayable<AccountRow>> {
    const times = { created_at: timestamp(), updated_at: timestamp() };
    return writeOnce(this.#catalog, request, async (transaction) => {
      const row = await transaction
        .insertInto('accounts')
        .values({ account_name: name, ...times })
        .returningAll()
        .executeTakeFirstOrThrow();
      await transaction
        .insertInto('account_users')
        .values({ account_id: row.id, kind: 'account', ...times })
        .execute();
      const after = { account_name: name };
      await recordChange(transaction, by, { action: 'account.created', ...subjectOf(row), after });
      return row;
    });
  }

  /** Lists accounts in order of creation. `hasMore` states whether others follow. */
  async list({
    limit,
    offset,
  }: {
    readonly limit: number;
    readonly offset: number;
  }): Promise<{ readonly rows: readonly AccountRow[]; readonly hasMore: boolean }> {
    const rows = await this.#catalog
      .selectFrom('accounts')
      .selectAll()
      .orderBy('id')
      .limit(limit + 1)
      .offset(offset)
      .execute();
    return { rows: rows.slice(0, limit), hasMore: rows.length > limit };
  }

  /** @throws RowhouseError `not_found`. */
  async get(id: number): Promise<AccountRow> {
    return accountInCatalog(this.#catalog, id);
  }

  /**
   * Renames, disables or enables an account. While it is disabled, no token, link or session of it is valid.
   * @throws RowhouseError `not_found`; `conflict` if the owner's account would be disabled; `idempotency_mismatch`.
   */
  async change(
    id: number,
    { name, isDisabled }: AccountChange,
    by: Requester,
    request: SealedRequest | null,
  ): Promise<Replayable<AccountRow>> {
    return this.#changing(id, () =>
      writeOnce(this.#catalog, request, async (transaction) => {
        const before = await accountInCatalog(transaction, id);
        if (isDisabled === true && id === OWNER_ACCOUNT_ID) throw ofOwner('disabled');
        const row = await transaction
          .updateTable('accounts')
          .set({
            account_name: name ?? before.account_name,
            disabled_at: disabledSince(before, isDisabled),
            updated_at: timestamp(),
          })
          .where('id', '=', id)
          .returningAll()
          .executeTakeFirstOrThrow();
        await recordChange(transaction, by, {
          action: 'account.changed',
          ...subjectOf(row),
          before: factsOf(before),
          after: factsOf(row),
        });
        return row;
      }),
    );
  }

  /**
   * Removes an account without projects, and its users.
   * @throws RowhouseError `not_found`; `conflict` if it has projects or is the owner's; `idempotency_mismatch`.
   */
  async remove(
    id: number,
    by: Requester,
    request: SealedRequest | null,
  ): Promise<Replayable<{ id: number }>> {
    return this.#changing(id, () =>
      writeOnce(this.#catalog, request, async (transaction) => {
        const row = await accountInCatalog(transaction, id);
        if (id === OWNER_ACCOUNT_ID) throw ofOwner('removed');
        await requireNoProject(transaction, id);
        await transaction.deleteFrom('accounts').where('id', '=', id).execute();
        await recordChange(transaction, by, {
          action: 'account.removed',
          ...subjectOf(row),
          before: factsOf(row),
        });
        return { id };
      }),
    );
  }

  /** Clears the caches even if the change fails: the catalog may have made it, and only the answer was lost. */
  async #changing<T>(id: number, change: () => Promise<T>): Promise<T> {
    try {
      return await change();
    } finally {
      this.#onChanged(id);
    }
  }
}

/** @throws RowhouseError `not_found`. */
export async function accountInCatalog(catalog: Catalog, id: number): Promise<AccountRow> {
  const row = await catalog.selectFrom('accounts').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw new RowhouseError('not_found', 'There is no such account.');
  return row;
}

function factsOf({ account_name, disabled_at }: AccountRow) {
  return { account_name, disabled_at };
}

function subjectOf({ id }: AccountRow) {
  return { accountId: id, subject: id };
}

function ofOwner(what: string): RowhouseError {
  return new RowhouseError('conflict', `The account of the server's owner cannot be ${what}.`);
}

async function requireNoProject(transaction: Catalog, accountId: number): Promise<void> {
  const project = await transaction
    .selectFrom('projects')
    .select('project_slug')
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  if (project === undefined) return;
  throw new RowhouseError(
    'conflict',
    `The account still has the project ${project.project_slug}. Delete its projects first.`,
  );
}
