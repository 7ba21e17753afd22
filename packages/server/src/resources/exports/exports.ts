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

/** An export as it is at this moment. */
export interface SeenExport {
  readonly row: ExportRow;
  /** Null where nothing is being made, or nothing is known of it yet. */
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
  /** The longest that a file is kept; null for ever. */
  readonly retentionSeconds: number | null;
  /** Told of what went wrong where nobody waits for an answer. */
  readonly onFault: (error: unknown) => void;
}

/** Exports as objects that last: a row in the catalog and, once they are ready, a file in the store, the file always first. */
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
   * Makes an export, which is ready when the promise resolves. One that fails leaves nothing.
   * @param signal gives it up.
   * @throws RowhouseError `not_found` when the project was deleted meanwhile, whatever that broke; `rate_limited` and `unavailable`
   * where too many are being made; what the engine refuses.
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

  /** The same, but it is only noted down when the promise resolves, and made by and by, also after a restart. */
  async enqueue(
    project: ProjectRow,
    requested: NewExportRequest,
    request: SealedRequest | null,
  ): Promise<Replayable<ExportRow>> {
    return workOnce(this.#parts.catalog, request, () => {
      const { id, noted, ended } = this.#start(project, requested, null);
      ended.catch((error: unknown) => this.#giveUp(id, error)).catch(this.#parts.onFault);
      return noted;
    });
  }

  /** Makes an export that was noted down before the service stopped. */
  resume(project: ProjectRow, { id }: Pick<ExportRow, 'id'>, request: ExportRequest): void {
    const ended = this.#jobs.run(id, project.id, (control) => {
      return this.#unlessDeleted(project, () => this.#maker.make(project, id, request, control));
    });
    this.#counts
      .count(request, ended)
      .catch((error: unknown) => this.#giveUp(id, error))
      .catch(this.#parts.onFault);
  }

  /** Those that the client may see, the newest first. `hasMore` tells whether others follow. */
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

  /** @throws RowhouseError `not_found` when the project has no such export, `permission_denied` for one that the viewer may not see. */
  async get(project: ProjectRow, id: string, viewer: ExportViewer): Promise<SeenExport> {
    const row = await this.#rows.find(project.id, id);
    if (row === undefined) throw new RowhouseError('not_found', 'There is no such export in this project.');
    requireExport(viewer, row);
    if (row.status !== 'ready') return this.#measured(project, this.#seen(row));
    const sizeBytes = await this.#parts.files.sizeOf(keyOf(project, row));
    return this.#seen(await this.#recordPresence(row, sizeBytes === row.size_bytes));
  }

  /** Removes the row and the file; neither comes back. One that is being made is given up. */
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

  /** @throws RowhouseError `export_file_missing` when the file is gone from storage. */
  async read(project: ProjectRow, row: ExportRow, range: ByteRange): Promise<Readable> {
    const stream = await this.#parts.files.read(keyOf(project, row), range);
    if (stream === null) throw exportFileMissing();
    return stream;
  }

  /** Notes that somebody downloads it. */
  countDownload({ id }: ExportRow): void {
    this.#downloads.count(id);
  }

  /** Writes down how often exports were downloaded. */
  recordDownloads(): Promise<void> {
    return this.#downloads.record();
  }

  /** How many are being made or wait to be, and how many have ended since the start. */
  statistics(): ExportStatistics {
    return { underWay: this.#jobs.size, ended: this.#counts.read() };
  }

  /** Whether it is being made, or waits to be. */
  isUnderWay(id: string): boolean {
    return this.#jobs.has(id);
  }

  /** Ends what is being made: what nobody waits for is made after the next start. */
  async close(): Promise<void> {
    await this.#jobs.close();
    await this.recordDownloads();
  }

  /** @param signal of whoever waits for it; null where nobody does. */
  #start(project: ProjectRow, requested: NewExportRequest, signal: AbortSignal | null): StartedExport {
    const id = exportId();
    const noted = Promise.withResolvers<ExportRow>();
    const begin = async (control: JobControl) => {
      const request = await this.#withTableName(project, requested.request);
      const values = describeExport(id, project, { ...requested, request }, this.#defaults);
      const later = signal === null ? writeRequest(request) : null;
      const row = await this.#rows.insert({ ...values, request: later });
      const same = await this.#shareSame(project, row, request);
      noted.resolve(same ?? row);
      if (same !== null) return same;
      return this.#maker.make(project, id, request, signal === null ? control : awaited(control, signal));
    };
    const running = this.#jobs.run(id, project.id, (control) => {
      return this.#unlessDeleted(project, () => begin(control));
    });
    const ended = this.#counts.count(requested.request, running);
    ended.catch(noted.reject);
    // Whoever waits for the end is told there.
    noted.promise.catch(() => undefined);
    return { id, noted: noted.promise, ended };
  }

  /** Where it fails, nobody was told of the export yet. */
  async #shareSame(project: ProjectRow, row: ExportRow, request: ExportRequest): Promise<ExportRow | null> {
    try {
      return await this.#maker.shareSame(project, row, request);
    } catch (error) {
      await this.#rows.delete(row.id);
      throw error;
    }
  }

  /** Under the name that the table has, whatever it was asked for by. A view, and what is not there, the engine finds. */
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

  /** @throws RowhouseError `not_found` where the project was deleted meanwhile, whatever that broke. */
  async #unlessDeleted<Result>(project: ProjectRow, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (await this.#isDeleted(project)) throw new NoSuchProjectError();
      throw explainStorageFault(error);
    }
  }

  /** Of an export that nobody waits for. One that the service ends when it stops is made after the next start. */
  async #giveUp(id: string, error: unknown): Promise<void> {
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
    // The rows first: the file of one that is ready was there before.
    const rows = await this.#rows.ofProject(project.id);
    const sizes = await this.#parts.files.list(project.project_slug);
    for (const row of rows) await this.#recordPresence(row, sizes.get(row.id) === row.size_bytes);
  }

  /** A file may vanish behind our back, and come back from a backup; the row follows it both ways. */
  async #recordPresence(row: ExportRow, present: boolean): Promise<ExportRow> {
    if (row.status !== 'ready' || present === (row.missing_at === null)) return row;
    const missing_at = present ? null : timestamp();
    await this.#rows.setMissing(row.id, missing_at);
    return { ...row, missing_at };
  }

  /** With what the catalog does not know yet: the sweeper may be late, and downloads are written down now and then. */
  #seen(row: ExportRow): SeenExport {
    const status = row.status === 'ready' && isPast(row.expires_at) ? 'expired' : row.status;
    const download_count = row.download_count + this.#downloads.notRecorded(row.id);
    return { row: { ...row, status, download_count }, progress: this.#jobs.progressOf(row.id) };
  }

  /** How far a copy is, its file tells. */
  async #measured(project: ProjectRow, { row, progress }: SeenExport): Promise<SeenExport> {
    if (progress?.unit !== 'bytes') return { row, progress };
    const key = keyOf(project, row);
    const draft = await this.#parts.files.draftSizeOf(key);
    // It may have been published since the row was read.
    const done = draft > 0 ? draft : ((await this.#parts.files.sizeOf(key)) ?? 0);
    return { row, progress: { ...progress, done } };
  }
}

interface StartedExport {
  readonly id: string;
  /** When it is in the catalog. */
  readonly noted: Promise<ExportRow>;
  readonly ended: Promise<ExportRow>;
}

/** Of a job that somebody waits for: it ends when they leave, and they do not ask how far it is. */
function awaited(control: JobControl, left: AbortSignal): JobControl {
  return { signal: AbortSignal.any([left, control.signal]), onProgress: null };
}

/** For whoever looks at the export later: what the answer would have said. */
function reasonOf(error: unknown): string {
  if (error instanceof RowhouseError) return `${error.code}: ${error.message}`;
  return 'internal_error: The export failed.';
}
