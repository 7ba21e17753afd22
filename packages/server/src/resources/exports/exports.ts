import type { Readable } from 'node:stream';

import type { Catalog } from '../../catalog/catalog.ts';
import { workOnce } from '../../catalog/idempotency-store.ts';
import type { ExportRow, ProjectRow } from '../../catalog/tables.ts';
import type { Credential } from '../../core/credential.ts';
import { limitedToOtherTables, NoSuchProjectError, RowhouseError } from '../../core/errors.ts';
import type { SealedRequest, Replayable } from '../../core/idempotency.ts';
import { exportId, timestamp } from '../../core/ids.ts';
import type { Engine } from '../../engine/engine.ts';
import type { ExportProgress } from '../../engine/project-exports.ts';
import type { ByteRange, ExportFiles } from '../../files/export-files.ts';
import { explainStorageFault } from '../../runtime/disk/explain-storage-fault.ts';
import { includesName } from '../../schema/identifier.ts';
import { describeExport, type ExportDefaults, type NewExportRequest } from './describe-export.ts';
import { DownloadCounts } from './downloads/download-counts.ts';
import { type ExportViewer, requireExport, visibleExports } from './export-access.ts';
import { type ExportRequest, writeRequest } from './export-request.ts';
import { type CountedExports, ExportCounts } from './jobs/export-counts.ts';
import { ExportJobs, type JobControl, type JobLimits } from './jobs/export-jobs.ts';
import { ExportRunner } from './jobs/export-runner.ts';
import { exportFileMissing } from './jobs/ready-export.ts';
import { CancelledExportError, isPast, keyOf } from './store/export-facts.ts';
import { ExportRepository, type ExportStatusFilter } from './store/export-repository.ts';

export interface ExportListRequest {
  readonly status: ExportStatusFilter;
  readonly limit: number;
  readonly offset: number;
}

/** The current state of an export. */
export interface SeenExport {
  readonly row: ExportRow;
  /** Null if the export is not running, or its progress is unknown. */
  readonly progress: ExportProgress | null;
}

export interface ExportStatistics {
  readonly underWay: number;
  readonly ended: readonly CountedExports[];
}

interface Parts {
  readonly catalog: Catalog;
  readonly engine: Pick<Engine, 'exports'> & { readonly tables: Pick<Engine['tables'], 'get'> };
  readonly files: ExportFiles;
  readonly limits: JobLimits;
  /** The maximum time that a file is kept; null for no limit. */
  readonly retentionSeconds: number | null;
  /** Called for a failure that no client waits for. */
  readonly onFault: (error: unknown) => void;
}

/**
 * Persistent exports: each has a row in the catalog and, once it is ready, a file in the store. The file is always stored
 * first.
 */
export class Exports {
  readonly #parts: Parts;
  readonly #rows: ExportRepository;
  readonly #jobs: ExportJobs;
  readonly #downloads: DownloadCounts;
  readonly #counts = new ExportCounts();
  readonly #maker: ExportRunner;
  readonly #defaults: ExportDefaults;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#rows = new ExportRepository(parts.catalog);
    this.#jobs = new ExportJobs(parts.limits);
    this.#downloads = new DownloadCounts((id, downloads) => this.#rows.countDownloads(id, downloads));
    this.#maker = new ExportRunner({ ...parts, rows: this.#rows });
    this.#defaults = { backend: parts.files.backend, retentionSeconds: parts.retentionSeconds };
  }

  /**
   * Runs an export, which is ready when the promise resolves. A failed export leaves nothing.
   * @param signal cancels it.
   * @throws RowhouseError `not_found` if the project was deleted meanwhile; `rate_limited` and `unavailable` if too many
   * exports are running; the engine's errors.
   */
  async create(
    project: ProjectRow,
    requested: NewExportRequest,
    signal: AbortSignal,
    request: SealedRequest | null,
  ): Promise<Replayable<ExportRow>> {
    return workOnce(this.#parts.catalog, request, async () => {
      const { id, ended } = this.#start(project, requested, signal);
      try {
        return await ended;
      } catch (error) {
        await this.#rows.delete(id);
        throw error;
      }
    });
  }

  /** Queues an export. It is stored when the promise resolves, and runs in the background, also after a restart. */
  async enqueue(
    project: ProjectRow,
    requested: NewExportRequest,
    request: SealedRequest | null,
  ): Promise<Replayable<ExportRow>> {
    return workOnce(this.#parts.catalog, request, () => {
      const { id, queued, ended } = this.#start(project, requested, null);
      ended.catch((error: unknown) => this.#markFailed(id, error)).catch(this.#parts.onFault);
      return queued;
    });
  }

  /** Runs an export that was queued before the service stopped. */
  resume(project: ProjectRow, { id }: Pick<ExportRow, 'id'>, request: ExportRequest): void {
    const ended = this.#jobs.run(id, project.id, (control) => {
      return this.#unlessDeleted(project, () => this.#maker.make(project, id, request, control));
    });
    this.#counts
      .count(request, ended)
      .catch((error: unknown) => this.#markFailed(id, error))
      .catch(this.#parts.onFault);
  }

  /** Lists the exports that the client may see, the newest first. `hasMore` states whether others follow. */
  async list(
    project: ProjectRow,
    { status, limit, offset }: ExportListRequest,
    credential: Credential,
  ): Promise<{ readonly rows: readonly SeenExport[]; readonly hasMore: boolean }> {
    await this.#noticeMissingFiles(project);
    const visible = visibleExports(credential);
    const rows = await this.#rows.list(project.id, { status, visible, limit, offset });
    const shown = rows.slice(0, limit).map((row) => this.#measured(project, this.#seen(row)));
    return { rows: await Promise.all(shown), hasMore: rows.length > limit };
  }

  /** @throws RowhouseError `not_found` if the project has no such export, `permission_denied` if the viewer may not see it. */
  async get(project: ProjectRow, id: string, viewer: ExportViewer): Promise<SeenExport> {
    const row = await this.#rows.find(project.id, id);
    if (row === undefined) throw new RowhouseError('not_found', 'There is no such export in this project.');
    requireExport(viewer, row);
    if (row.status !== 'ready') return this.#measured(project, this.#seen(row));
    const sizeBytes = await this.#parts.files.sizeOf(keyOf(project, row));
    return this.#seen(await this.#recordPresence(row, sizeBytes === row.size_bytes));
  }

  /** Deletes the row and the file permanently. A running export is cancelled. */
  async delete(
    project: ProjectRow,
    id: string,
    viewer: ExportViewer,
    request: SealedRequest | null,
  ): Promise<Replayable<Pick<ExportRow, 'id'>>> {
    return workOnce(this.#parts.catalog, request, async () => {
      const { row } = await this.get(project, id, viewer);
      await this.#jobs.end(row.id, new CancelledExportError());
      // The file first: without its row nobody could tell whose it is, and it would stay. A row without its file can be asked for again.
      await this.#parts.files.remove(keyOf(project, row));
      await this.#rows.delete(row.id);
      return { id: row.id };
    });
  }

  /** @throws RowhouseError `export_file_missing` if the file is missing from storage. */
  async read(project: ProjectRow, row: ExportRow, range: ByteRange): Promise<Readable> {
    const stream = await this.#parts.files.read(keyOf(project, row), range);
    if (stream === null) throw exportFileMissing();
    return stream;
  }

  /** Counts a download. */
  countDownload({ id }: ExportRow): void {
    this.#downloads.count(id);
  }

  /** Stores the download counts. */
  recordDownloads(): Promise<void> {
    return this.#downloads.record();
  }

  /** Returns the number of running and waiting exports, and of exports that ended since the start. */
  statistics(): ExportStatistics {
    return { underWay: this.#jobs.size, ended: this.#counts.read() };
  }

  /** Returns whether the export is running or waiting. */
  isUnderWay(id: string): boolean {
    return this.#jobs.has(id);
  }

  /** Stops running exports. Background exports run again after the next start. */
  async close(): Promise<void> {
    await this.#jobs.close();
    await this.recordDownloads();
  }

  /** @param signal of the waiting client; null for a background export. */
  #start(project: ProjectRow, requested: NewExportRequest, signal: AbortSignal | null): StartedExport {
    const id = exportId();
    const queued = Promise.withResolvers<ExportRow>();
    const begin = async (control: JobControl) => {
      const request = await this.#withTableName(project, requested.request);
      const values = describeExport(id, project, { ...requested, request }, this.#defaults);
      const later = signal === null ? writeRequest(request) : null;
      const row = await this.#rows.insert({ ...values, request: later });
      const same = await this.#shareSame(project, row, request);
      queued.resolve(same ?? row);
      if (same !== null) return same;
      return this.#maker.make(project, id, request, signal === null ? control : awaited(control, signal));
    };
    const running = this.#jobs.run(id, project.id, (control) => {
      return this.#unlessDeleted(project, () => begin(control));
    });
    const ended = this.#counts.count(requested.request, running);
    ended.catch(queued.reject);
    // A waiting client gets the error from the other promise.
    queued.promise.catch(() => undefined);
    return { id, queued: queued.promise, ended };
  }

  /** A failure deletes the row, because no client has received the export's id yet. */
  async #shareSame(project: ProjectRow, row: ExportRow, request: ExportRequest): Promise<ExportRow | null> {
    try {
      return await this.#maker.shareSame(project, row, request);
    } catch (error) {
      await this.#rows.delete(row.id);
      throw error;
    }
  }

  /** Replaces the requested table by its stored name. The engine handles views and unknown tables. */
  async #withTableName(project: ProjectRow, request: ExportRequest): Promise<ExportRequest> {
    if (request.kind !== 'table_export') return request;
    const { nameOrId, allowed } = request.table;
    const name = (await this.#tableName(project, nameOrId)) ?? nameOrId;
    if (allowed !== null && !includesName(allowed, name)) throw limitedToOtherTables();
    return { ...request, table: { nameOrId: name, allowed } };
  }

  async #tableName({ project_slug }: ProjectRow, nameOrId: string): Promise<string | null> {
    try {
      return (await this.#parts.engine.tables.get(project_slug, nameOrId)).table.name;
    } catch (error) {
      if (error instanceof RowhouseError && error.code === 'not_found') return null;
      throw error;
    }
  }

  /** @throws RowhouseError `not_found` if the project was deleted meanwhile, instead of the error that this caused. */
  async #unlessDeleted<Result>(project: ProjectRow, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (await this.#isDeleted(project)) throw new NoSuchProjectError();
      throw explainStorageFault(error);
    }
  }

  /** Marks a background export as failed. An export that the service's stop interrupted runs after the next start. */
  async #markFailed(id: string, error: unknown): Promise<void> {
    if (this.#jobs.closed) {
      await this.#rows.requeue(id);
      return;
    }
    await this.#rows.fail(id, reasonOf(error));
    if (!(error instanceof RowhouseError)) this.#parts.onFault(error);
  }

  async #isDeleted(project: ProjectRow): Promise<boolean> {
    const row = await this.#parts.catalog
      .selectFrom('projects')
      .select('id')
      .where('id', '=', project.id)
      .executeTakeFirst();
    return row === undefined;
  }

  async #noticeMissingFiles(project: ProjectRow): Promise<void> {
    // Reads the rows first: the file of a ready export was stored before its row.
    const rows = await this.#rows.ofProject(project.id);
    const sizes = await this.#parts.files.list(project.project_slug);
    for (const row of rows) await this.#recordPresence(row, sizes.get(row.id) === row.size_bytes);
  }

  /** Updates the row if its file disappeared, or came back from a backup. */
  async #recordPresence(row: ExportRow, present: boolean): Promise<ExportRow> {
    if (row.status !== 'ready' || present === (row.missing_at === null)) return row;
    const missing_at = present ? null : timestamp();
    await this.#rows.setMissing(row.id, missing_at);
    return { ...row, missing_at };
  }

  /** Adds what the catalog does not contain yet: an expiry that was not swept, and downloads that were not stored. */
  #seen(row: ExportRow): SeenExport {
    const status = row.status === 'ready' && isPast(row.expires_at) ? 'expired' : row.status;
    const download_count = row.download_count + this.#downloads.notRecorded(row.id);
    return { row: { ...row, status, download_count }, progress: this.#jobs.progressOf(row.id) };
  }

  /** Takes the progress of a copy from the size of its file. */
  async #measured(project: ProjectRow, { row, progress }: SeenExport): Promise<SeenExport> {
    if (progress?.unit !== 'bytes') return { row, progress };
    const key = keyOf(project, row);
    const draft = await this.#parts.files.draftSizeOf(key);
    // The file may have been published since the row was read.
    const done = draft > 0 ? draft : ((await this.#parts.files.sizeOf(key)) ?? 0);
    return { row, progress: { ...progress, done } };
  }
}

interface StartedExport {
  readonly id: string;
  /** Resolves when the export is in the catalog. */
  readonly queued: Promise<ExportRow>;
  readonly ended: Promise<ExportRow>;
}

/** Returns the control of a job whose client waits: it ends when the client disconnects, and has no progress. */
function awaited(control: JobControl, left: AbortSignal): JobControl {
  return { signal: AbortSignal.any([left, control.signal]), onProgress: null };
}

/** Returns the `status_reason` of a failure: the error that the answer would have had. */
function reasonOf(error: unknown): string {
  if (error instanceof RowhouseError) return `${error.code}: ${error.message}`;
  return 'internal_error: The export failed.';
}
