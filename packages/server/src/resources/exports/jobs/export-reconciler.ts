import type { Catalog } from '../../../catalog/catalog.ts';
import type { ExportRow, ProjectRow } from '../../../catalog/tables.ts';
import { timestamp } from '../../../core/ids.ts';
import type { ExportFiles } from '../../../files/export-files.ts';
import { readRequest } from '../export-request.ts';
import type { Exports } from '../exports.ts';
import { ExportRepository } from '../store/export-repository.ts';
import { recordRemoval } from './record-removal.ts';

/** The maximum number of starts of an export. If the service ends each time while it runs, the export may be the cause. */
const MAX_ATTEMPTS = 3;

/** How long failed and expired exports stay in the list. */
const FORGOTTEN_AFTER_MS = 30 * 86_400_000;

const INTERRUPTED = 'unavailable: The service stopped before the export was finished; create it again.';

/** Reconciles the catalog's exports with the files in the store. */
export class ExportReconciler {
  readonly #catalog: Catalog;
  readonly #files: ExportFiles;
  readonly #exports: Pick<Exports, 'isInProgress' | 'resume'>;
  readonly #rows: ExportRepository;

  constructor(parts: {
    readonly catalog: Catalog;
    readonly files: ExportFiles;
    readonly exports: Pick<Exports, 'isInProgress' | 'resume'>;
  }) {
    this.#catalog = parts.catalog;
    this.#files = parts.files;
    this.#exports = parts.exports;
    this.#rows = new ExportRepository(parts.catalog);
  }

  /** Runs at the start, before any request: removes what a crash left of exports, and resumes unfinished exports. */
  async recover(): Promise<void> {
    for (const slug of await this.#files.projects()) await this.#removeLeftovers(slug);
    for (const row of await this.#rows.unfinished()) await this.#takeUp(row);
    await this.sweep();
  }

  /** Runs periodically: removes the files of expired exports, and the rows of exports that ended long ago. */
  async sweep(): Promise<void> {
    for (const row of await this.#rows.overdue()) {
      const project = await this.#projectOf(row);
      if (project === undefined) continue;
      const key = { project: project.project_slug, exportId: row.id };
      const removeFile = () => this.#files.remove(key);
      // Changes the row first: the next start removes the file of an expired export, while a row without its file would be an error.
      await recordRemoval(() => this.#rows.expire(row.id), removeFile);
      await removeFile();
    }
    for (const row of await this.#rows.unfinished()) {
      // For exports whose end could not be stored in the catalog, for example because its disk was full.
      if (!this.#exports.isInProgress(row.id)) await this.#rows.fail(row.id, INTERRUPTED);
    }
    await this.#forget(timestamp(new Date(Date.now() - FORGOTTEN_AFTER_MS)));
  }

  /** Removes the file before the row, because a file without a row would be unknown and stay. */
  async #forget(endedBefore: string): Promise<void> {
    for (const row of await this.#rows.endedBefore(endedBefore)) {
      const project = await this.#projectOf(row);
      if (project !== undefined)
        await this.#files.remove({ project: project.project_slug, exportId: row.id });
      await this.#rows.delete(row.id);
    }
  }

  /**
   * Removes drafts, and files of exports that are not ready. Files that the catalog does not know stay, because the catalog may have
   * been restored from an older copy.
   */
  async #removeLeftovers(slug: string): Promise<void> {
    const project = await this.#catalog
      .selectFrom('projects')
      .selectAll()
      .where('project_slug', '=', slug)
      .executeTakeFirst();
    if (project === undefined) return;
    await this.#files.removeDrafts(slug);
    const rows = await this.#rows.ofProject(project.id);
    const notReady = new Set(rows.filter(({ status }) => status !== 'ready').map(({ id }) => id));
    if (notReady.size === 0) return;
    for (const exportId of (await this.#files.list(slug)).keys()) {
      if (notReady.has(exportId)) await this.#files.remove({ project: slug, exportId });
    }
  }

  async #takeUp(row: ExportRow): Promise<void> {
    const project = await this.#projectOf(row);
    if (row.request === null || row.attempts >= MAX_ATTEMPTS || project === undefined) {
      await this.#rows.fail(row.id, INTERRUPTED);
      return;
    }
    await this.#rows.requeue(row.id);
    this.#exports.resume(project, row, readRequest(row.request));
  }

  #projectOf({ project_id }: ExportRow): Promise<ProjectRow | undefined> {
    return this.#catalog.selectFrom('projects').selectAll().where('id', '=', project_id).executeTakeFirst();
  }
}
