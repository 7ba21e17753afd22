import { recordChange } from '../../catalog/audit-trail.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { disabledSince } from '../../catalog/disabled-since.ts';
import { findReplay, writeOnce } from '../../catalog/idempotency-store.ts';
import { projectById } from '../../catalog/project-by-id.ts';
import { removeOwners } from '../../catalog/remove-owners.ts';
import { rightsOf, toRightsColumns } from '../../catalog/rights-columns.ts';
import type { ProjectRow, ProjectUserRow } from '../../catalog/tables.ts';
import type { Credential } from '../../core/credential.ts';
import { RowhouseError } from '../../core/errors.ts';
import type { Replayable, SealedRequest } from '../../core/idempotency.ts';
import { timestamp } from '../../core/ids.ts';
import type { ProjectRef } from '../../core/project-ref.ts';
import type { Requester } from '../../core/requester.ts';
import type { Rights } from '../../core/scopes.ts';
import { isWithin } from '../../http/access/rights.ts';
import { hashNewPassword } from '../../passwords/hash-new-password.ts';
import type { Passwords } from '../../passwords/passwords.ts';
import { type Grant, issuerInForce } from '../tokens/tokens.ts';
import { insertUser } from './insert-user.ts';

/** The requested rights. Omitted fields are not changed; for a new user, they are those of the sender. */
export type RequestedRights = { readonly [Key in keyof Rights]: Rights[Key] | undefined };

export interface NewProjectUser extends RequestedRights {
  readonly username: string;
  readonly password: string;
}

export interface ProjectUserChange extends RequestedRights {
  readonly password: string | undefined;
  readonly isDisabled: boolean | undefined;
}

/** The project of a request that manages users, and its sender. */
export interface Managing {
  readonly project: ProjectRef;
  readonly issuer: Credential;
  readonly by: Requester;
}

/** A limit against a client that fills the catalog. */
const MAX_USERS = 1_000;

/**
 * Manages the users of projects. Nobody can give a user more rights than their own, nor take over a user who has more: the
 * rights of the sender are compared with those of the user before and after.
 */
export class ProjectUsers {
  readonly #catalog: Catalog;
  readonly #passwords: Passwords;
  readonly #onChanged: (projectId: number) => void;

  constructor(parts: {
    readonly catalog: Catalog;
    readonly passwords: Passwords;
    /** Called when the credentials of a project may have become invalid or valid, to clear caches. */
    readonly onChanged: (projectId: number) => void;
  }) {
    this.#catalog = parts.catalog;
    this.#passwords = parts.passwords;
    this.#onChanged = parts.onChanged;
  }

  /** @throws RowhouseError `already_exists`; `permission_denied` for more rights than the sender's; `conflict`; `validation_failed` for a password. */
  async create(
    { username: name, password, ...requested }: NewProjectUser,
    { project: ref, issuer, by }: Managing,
    request: SealedRequest | null,
  ): Promise<Replayable<ProjectUserRow>> {
    const earlier = await findReplay<ProjectUserRow>(this.#catalog, request);
    if (earlier !== null) return earlier;
    const username = name.normalize('NFC');
    const passwordHash = await this.#hash(password, username, ref);
    return writeOnce(this.#catalog, request, async (transaction) => {
      const project = await projectById(transaction, ref);
      const { grant: own } = await issuerInForce(transaction, issuer, project);
      const rights = changedRights(own, requested) ?? own;
      requireNoExpiry(own);
      requireGivable(rights, own);
      await requireRoom(transaction, project);
      if ((await findByName(transaction, project, username)) !== undefined) {
        throw new RowhouseError('already_exists', `The project already has a user named ${username}.`);
      }
      return insertUser(transaction, project, { username, passwordHash, rights }, by);
    });
  }

  /** Lists the users of a project in order of creation. @throws RowhouseError `not_found`. */
  async list(
    ref: ProjectRef,
    { limit, offset }: { readonly limit: number; readonly offset: number },
  ): Promise<{ readonly rows: readonly ProjectUserRow[]; readonly hasMore: boolean }> {
    const project = await projectById(this.#catalog, ref);
    const rows = await this.#catalog
      .selectFrom('project_users')
      .selectAll()
      .where('project_id', '=', project.id)
      .orderBy('id')
      .limit(limit + 1)
      .offset(offset)
      .execute();
    return { rows: rows.slice(0, limit), hasMore: rows.length > limit };
  }

  /** @throws RowhouseError `not_found`. */
  async get(ref: ProjectRef, id: number): Promise<ProjectUserRow> {
    return userInCatalog(this.#catalog, await projectById(this.#catalog, ref), id);
  }

  /**
   * Changes the rights of a user, disables or enables the user, or sets the password, which ends the user's sessions.
   * @throws RowhouseError `not_found`; `permission_denied` if the user has or would get more rights than the sender.
   */
  async change(
    id: number,
    { password, isDisabled, ...requested }: ProjectUserChange,
    { project: ref, issuer, by }: Managing,
    request: SealedRequest | null,
  ): Promise<Replayable<ProjectUserRow>> {
    const earlier = await findReplay<ProjectUserRow>(this.#catalog, request);
    if (earlier !== null) return earlier;
    const password_hash = password === undefined ? undefined : await this.#hashFor(id, password, ref);
    return this.#changing(ref, () =>
      writeOnce(this.#catalog, request, async (transaction) => {
        const project = await projectById(transaction, ref);
        const before = await userInCatalog(transaction, project, id);
        const { grant: own } = await issuerInForce(transaction, issuer, project);
        const rights = changedRights(rightsOf(before), requested);
        // Like the revocation of a token, only the end of access needs no more than the scope.
        if (password !== undefined || isDisabled !== true || rights !== null) {
          requireNoExpiry(own);
          requireManageable(rightsOf(before), own);
          requireGivable(rights ?? rightsOf(before), own);
        }
        const row = await transaction
          .updateTable('project_users')
          .set({
            ...toRightsColumns(rights ?? rightsOf(before)),
            password_hash: password_hash ?? before.password_hash,
            disabled_at: disabledSince(before, isDisabled),
            updated_at: timestamp(),
          })
          .where('id', '=', id)
          .returningAll()
          .executeTakeFirstOrThrow();
        if (password !== undefined || isDisabled === true) {
          await transaction.deleteFrom('sessions').where('project_user_id', '=', id).execute();
        }
        await recordChange(transaction, by, {
          action: 'project_user.changed',
          project,
          subject: id,
          before: factsOf(before),
          after: { ...factsOf(row), password_set: password !== undefined },
        });
        return row;
      }),
    );
  }

  /** Removes a user, with the user's tokens and sessions. @throws RowhouseError `not_found`. */
  async remove(
    id: number,
    { project: ref, by }: Managing,
    request: SealedRequest | null,
  ): Promise<Replayable<{ readonly id: number }>> {
    return this.#changing(ref, () =>
      writeOnce(this.#catalog, request, async (transaction) => {
        const project = await projectById(transaction, ref);
        const row = await userInCatalog(transaction, project, id);
        const tokens = await transaction
          .deleteFrom('tokens')
          .where('project_user_id', '=', id)
          .returning('id')
          .execute();
        await transaction.deleteFrom('project_users').where('id', '=', id).execute();
        await removeOwners(transaction, [row.account_user_id]);
        await recordChange(transaction, by, {
          action: 'project_user.removed',
          project,
          subject: id,
          before: { ...factsOf(row), token_ids: tokens.map((token) => token.id) },
        });
        return { id };
      }),
    );
  }

  async #hashFor(id: number, password: string, ref: ProjectRef): Promise<string> {
    const { username } = await this.get(ref, id);
    return this.#hash(password, username, ref);
  }

  #hash(password: string, username: string, { id, slug }: ProjectRef): Promise<string> {
    const user = { username, projectSlug: slug, owner: `project ${id}` };
    return hashNewPassword(this.#passwords, { ...user, password, field: 'body.password' });
  }

  /** Clears the caches even if the change fails: the catalog may have made it, and only the answer was lost. */
  async #changing<T>({ id }: ProjectRef, change: () => Promise<T>): Promise<T> {
    try {
      return await change();
    } finally {
      this.#onChanged(id);
    }
  }
}

async function userInCatalog(
  catalog: Catalog,
  { id: projectId }: ProjectRow,
  id: number,
): Promise<ProjectUserRow> {
  const row = await catalog
    .selectFrom('project_users')
    .selectAll()
    .where('id', '=', id)
    .where('project_id', '=', projectId)
    .executeTakeFirst();
  if (row === undefined) throw new RowhouseError('not_found', 'There is no such user in this project.');
  return row;
}

function findByName(
  catalog: Catalog,
  { id }: ProjectRow,
  username: string,
): Promise<{ id: number } | undefined> {
  return catalog
    .selectFrom('project_users')
    .select('id')
    .where('project_id', '=', id)
    .where('username', '=', username)
    .executeTakeFirst();
}

async function requireRoom(transaction: Catalog, { id }: ProjectRow): Promise<void> {
  const { users } = await transaction
    .selectFrom('project_users')
    .select(({ fn }) => fn.countAll<number>().as('users'))
    .where('project_id', '=', id)
    .executeTakeFirstOrThrow();
  if (users >= MAX_USERS) {
    throw new RowhouseError('conflict', `A project has at most ${MAX_USERS} users.`);
  }
}

/** Returns null if no right is to be changed. */
function changedRights(before: Rights, { scopes, tables }: RequestedRights): Rights | null {
  if (scopes === undefined && tables === undefined) return null;
  return {
    scopes: scopes === undefined ? before.scopes : scopes,
    tables: tables === undefined ? before.tables : tables,
  };
}

/** A user does not expire, so for a token that does, every user has more rights. */
function requireNoExpiry({ expiresAt }: Grant): void {
  if (expiresAt === null) return;
  throw new RowhouseError(
    'permission_denied',
    'A token that expires may neither create, change nor enable users, because users do not expire.',
  );
}

function requireManageable(rights: Rights, own: Grant): void {
  if (isWithin(rights, own)) return;
  throw new RowhouseError(
    'permission_denied',
    'The user has more rights than the sender, who may only disable or remove the user.',
  );
}

function requireGivable(rights: Rights, own: Grant): void {
  if (isWithin(rights, own)) return;
  const [field, message] = isWithin({ ...rights, tables: own.tables }, own)
    ? ['body.tables', 'must be among the tables of the sender']
    : ['body.scopes', `must be among ${(own.scopes ?? []).join(', ')}`];
  throw new RowhouseError(
    'permission_denied',
    `Nobody gives a user more rights than their own: ${field} ${message}.`,
    { details: [{ field, message }] },
  );
}

function factsOf(row: ProjectUserRow) {
  return { username: row.username, ...rightsOf(row), disabled_at: row.disabled_at };
}
