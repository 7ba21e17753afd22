import { recordChange } from '../../catalog/audit-trail.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { findReplay, storeResult, writeOnce } from '../../catalog/idempotency-store.ts';
import { projectById } from '../../catalog/project-by-id.ts';
import { findProjectBySlug, projectBySlug, refOf } from '../../catalog/project-by-slug.ts';
import { removeOwners } from '../../catalog/remove-owners.ts';
import { OWNER_ACCOUNT_ID, type ProjectRow } from '../../catalog/tables.ts';
import {
  beginDeletion,
  endAllChanges,
  endChanges,
  unfinishedDeletions,
} from '../../catalog/unfinished-projects.ts';
import { invalidField, RowhouseError } from '../../core/errors.ts';
import type { SealedRequest, Replayable } from '../../core/idempotency.ts';
import { timestamp } from '../../core/ids.ts';
import type { ProjectRef } from '../../core/project-ref.ts';
import type { Requester } from '../../core/requester.ts';
import type { Engine } from '../../engine/engine.ts';
import type { CreatedDatabase, NewDatabase } from '../../engine/new-database.ts';
import { unknownProject } from '../../engine/unknown-project-files.ts';
import type { ExportFiles } from '../../files/export-files.ts';
import type { NewToken, Tokens } from '../tokens/tokens.ts';

export interface NewProject {
  /** The slug, already in lower case. */
  readonly slug: string;
  readonly name: string;
  /** The initial content of the database. */
  readonly content?: NewDatabase;
}

export interface NewProjectOfAccount extends NewProject {
  /** Null for the account of the server's owner. */
  readonly accountId: number | null;
  readonly by: Requester;
}

export interface ProjectStorage {
  /** The size of the database with its write-ahead log. */
  readonly databaseBytes: number;
  /** The size of the files of its exports. */
  readonly exportBytes: number;
}

export interface MadeProject<Recorded> {
  readonly row: ProjectRow;
  readonly database: CreatedDatabase;
  readonly recorded: Recorded;
}

export type DeletedProject = Pick<ProjectRow, 'project_slug'>;

/** Manages projects. Each has a row in the catalog, a database in the engine, tokens and exports. */
export class Projects {
  readonly #catalog: Catalog;
  readonly #engine: Engine;
  readonly #tokens: Tokens;
  readonly #files: ExportFiles;
  readonly #onDeleted: (project: ProjectRow) => void;
  /** Slugs that are currently being created or deleted, because the catalog and the files do not change together. */
  readonly #changing = new Set<string>();

  constructor(parts: {
    readonly catalog: Catalog;
    readonly engine: Engine;
    readonly tokens: Tokens;
    readonly files: ExportFiles;
    /** Called for each deleted project, to clear caches. */
    readonly onDeleted?: (project: ProjectRow) => void;
  }) {
    this.#catalog = parts.catalog;
    this.#engine = parts.engine;
    this.#tokens = parts.tokens;
    this.#files = parts.files;
    this.#onDeleted = parts.onDeleted ?? (() => undefined);
  }

  /**
   * Creates the project, its database and its first token, or nothing.
   * @throws RowhouseError `already_exists`, `idempotency_mismatch`.
   */
  async create(
    project: NewProjectOfAccount,
    request: SealedRequest | null,
  ): Promise<Replayable<{ readonly row: ProjectRow; readonly token: NewToken }>> {
    const { result, replayOf } = await this.createWith(
      project,
      (inserted, transaction) => this.#tokens.createFirst(inserted, transaction, project.by),
      request,
    );
    return { result: { row: result.row, token: result.recorded }, replayOf };
  }

  /**
   * Creates the project, its database, and the rows that `record` writes to the catalog with it, or nothing.
   * @throws RowhouseError `already_exists`; `conflict` if its folders hold files that the catalog does not know; the errors of the engine
   * and `record`.
   */
  async createWith<Recorded>(
    project: NewProjectOfAccount,
    record: (row: ProjectRow, transaction: Catalog) => Promise<Recorded>,
    request: SealedRequest | null,
  ): Promise<Replayable<MadeProject<Recorded>>> {
    const before = await findReplay<MadeProject<Recorded>>(this.#catalog, request);
    if (before !== null) return before;
    const { slug, content = {} } = project;
    return this.#alone(slug, async () => {
      await this.requireFree(slug);
      await this.#requireNoExports(slug);
      const result = await this.#make(project, content, record, request).catch(async (error: unknown) => {
        await this.#abandon(slug).catch(() => undefined);
        throw error;
      });
      // The project exists; if this fails, the next start does it.
      await this.#engine.confirmDatabase(slug).catch(() => undefined);
      return { result, replayOf: null };
    });
  }

  /** Completes interrupted deletions. Call it at the start, before any request. The engine has already ended interrupted creations. */
  async recover(): Promise<void> {
    for (const slug of await unfinishedDeletions(this.#catalog)) await this.#files.removeProject(slug);
    await endAllChanges(this.#catalog);
  }

  /** @throws RowhouseError `already_exists`. */
  async requireFree(slug: string): Promise<void> {
    if ((await findProjectBySlug(this.#catalog, slug)) !== undefined) {
      throw new RowhouseError('already_exists', `The project ${slug} already exists.`);
    }
  }

  /** Lists projects in order of creation. `hasMore` states whether others follow. */
  async list({
    accountId,
    limit,
    offset,
  }: {
    /** Null for the projects of all accounts. */
    readonly accountId: number | null;
    readonly limit: number;
    readonly offset: number;
  }): Promise<{ readonly rows: readonly ProjectRow[]; readonly hasMore: boolean }> {
    const rows = await this.#catalog
      .selectFrom('projects')
      .selectAll()
      .$if(accountId !== null, (query) => query.where('account_id', '=', accountId))
      .orderBy('id')
      .limit(limit + 1)
      .offset(offset)
      .execute();
    return { rows: rows.slice(0, limit), hasMore: rows.length > limit };
  }

  /** @throws RowhouseError `not_found`. */
  async get(slug: string): Promise<ProjectRow> {
    return projectBySlug(this.#catalog, slug);
  }

  /** Returns the project of a request. @throws RowhouseError `not_found` if it was deleted meanwhile. */
  async of(project: ProjectRef): Promise<ProjectRow> {
    return projectById(this.#catalog, project);
  }

  /** Returns the disk space of a project. */
  async storageOf(project: ProjectRow): Promise<ProjectStorage> {
    const [databaseBytes, exportBytes] = await Promise.all([
      this.#engine.sizeOf(refOf(project)),
      this.#files.usedBytes(project.project_slug),
    ]);
    return { databaseBytes, exportBytes };
  }

  /** @throws RowhouseError `not_found`, `idempotency_mismatch`. */
  async rename(
    project: ProjectRef,
    name: string,
    by: Requester,
    request: SealedRequest | null,
  ): Promise<Replayable<ProjectRow>> {
    return writeOnce(this.#catalog, request, async (transaction) => {
      const before = await projectById(transaction, project);
      const row = await transaction
        .updateTable('projects')
        .set({ project_name: name, updated_at: timestamp() })
        .where('id', '=', before.id)
        .returningAll()
        .executeTakeFirstOrThrow();
      await recordChange(transaction, by, {
        action: 'project.renamed',
        project: row,
        subject: row.project_slug,
        before: { project_name: before.project_name },
        after: { project_name: name },
      });
      return row;
    });
  }

  /**
   * Deletes the project permanently, with its tokens, exports and database files.
   * @param project `id` is null if only the slug is known, as in a request that is repeated after the deletion.
   * @param confirmedSlug as the client typed it, not normalised.
   * @throws RowhouseError `validation_failed` if `confirmedSlug` is not exactly the project's slug; `idempotency_mismatch`.
   */
  async delete(
    { slug, id }: { readonly slug: string; readonly id: number | null },
    confirmedSlug: string,
    by: Requester,
    request: SealedRequest | null,
  ): Promise<Replayable<DeletedProject>> {
    const before = await findReplay<DeletedProject>(this.#catalog, request);
    if (before !== null) return before;
    const find = () => (id === null ? this.get(slug) : this.of({ id, slug }));
    await find();
    if (confirmedSlug !== slug) {
      throw invalidField('body.confirm_project_slug', `must be exactly the slug of the project, ${slug}`);
    }
    return this.#alone(slug, async () => {
      const project = await find();
      // Deletes the database first: while the row exists, an interrupted deletion is visible and can be repeated.
      await this.#engine.deleteDatabase(refOf(project));
      const result = await this.#deleteRow(project, by, request);
      this.#tokens.forgetProject(project.id);
      this.#onDeleted(project);
      await this.#files.removeProject(slug);
      // If this fails, the next creation or start does it.
      await endChanges(this.#catalog, slug).catch(() => undefined);
      return { result, replayOf: null };
    });
  }

  /** @throws RowhouseError `conflict` if there are export files that the catalog does not know. They are neither used nor removed. */
  async #requireNoExports(slug: string): Promise<void> {
    if ((await unfinishedDeletions(this.#catalog)).has(slug)) await this.#files.removeProject(slug);
    if (await this.#files.holdsFiles(slug)) throw unknownProject(slug);
  }

  #deleteRow(project: ProjectRow, by: Requester, request: SealedRequest | null): Promise<DeletedProject> {
    const { id, project_slug, project_name } = project;
    return this.#catalog.transaction().execute(async (transaction) => {
      const owners = await transaction
        .selectFrom('project_users')
        .select('account_user_id')
        .where('project_id', '=', id)
        .execute();
      await transaction.deleteFrom('projects').where('id', '=', id).execute();
      await removeOwners(
        transaction,
        owners.map(({ account_user_id }) => account_user_id),
      );
      const before = { project_name };
      await recordChange(transaction, by, {
        action: 'project.deleted',
        project,
        subject: project_slug,
        before,
      });
      await beginDeletion(transaction, project_slug);
      const deleted = { project_slug };
      // The keys of its own tokens are deleted with it.
      await storeResult(transaction, request?.projectId === id ? null : request, deleted);
      return deleted;
    });
  }

  async #make<Recorded>(
    { slug, name, accountId, by }: NewProjectOfAccount,
    content: NewDatabase,
    record: (row: ProjectRow, transaction: Catalog) => Promise<Recorded>,
    request: SealedRequest | null,
  ): Promise<MadeProject<Recorded>> {
    const database = await this.#engine.createDatabase(slug, content);
    // The row comes last. Until it exists, the database belongs to no project, and the next start or creation removes it.
    return this.#catalog.transaction().execute(async (transaction) => {
      const now = timestamp();
      const ofAccount = accountId ?? OWNER_ACCOUNT_ID;
      await requireAccount(transaction, ofAccount);
      const row = await transaction
        .insertInto('projects')
        .values({
          project_slug: slug,
          project_name: name,
          account_id: ofAccount,
          created_at: now,
          updated_at: now,
        })
        .returningAll()
        .executeTakeFirstOrThrow();
      await endChanges(transaction, slug);
      const after = { project_name: name };
      await recordChange(transaction, by, { action: 'project.created', project: row, subject: slug, after });
      const made = { row, database, recorded: await record(row, transaction) };
      await storeResult(transaction, request, made);
      return made;
    });
  }

  /**
   * Removes what this creation made, and nothing else. If the catalog cannot say whether the row exists, or the files cannot be removed,
   * the next attempt or start tries again.
   */
  async #abandon(slug: string): Promise<void> {
    if ((await findProjectBySlug(this.#catalog, slug)) !== undefined) return;
    await this.#engine.discardDatabase(slug);
    await endChanges(this.#catalog, slug);
  }

  async #alone<T>(slug: string, change: () => Promise<T>): Promise<T> {
    if (this.#changing.has(slug)) {
      throw new RowhouseError('conflict', `The project ${slug} is currently being created or deleted.`);
    }
    this.#changing.add(slug);
    try {
      return await change();
    } finally {
      this.#changing.delete(slug);
    }
  }
}

async function requireAccount(transaction: Catalog, id: number): Promise<void> {
  const row = await transaction.selectFrom('accounts').select('id').where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw invalidField('body.account_id', 'must be the id of an account');
}
