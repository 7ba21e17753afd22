import type { Catalog } from '../../../catalog/catalog.ts';
import { refOf } from '../../../catalog/project-by-slug.ts';
import type { ExportRow, ProjectRow } from '../../../catalog/tables.ts';
import { NoSuchProjectError, RowhouseError } from '../../../core/errors.ts';
import { exportId } from '../../../core/ids.ts';
import type { Engine } from '../../../engine/engine.ts';
import type { ExportProgress } from '../../../engine/project-exports.ts';
import type { ExportFiles } from '../../../files/export-files.ts';
import { explainStorageError } from '../../../runtime/disk/explain-storage-error.ts';
import { describeExport, type ExportDefaults, type NewExportRequest } from '../describe-export.ts';
import { type ExportRequest, writeRequest } from '../export-request.ts';
import { CancelledExportError, readsText } from '../store/export-facts.ts';
import type { ExportRepository } from '../store/export-repository.ts';
import { type CountedExports, ExportCounts } from './export-counts.ts';
import { type ExportJob, ExportJobs, type JobLimits } from './export-jobs.ts';
import { ExportWriter } from './export-writer.ts';

export interface RunnerParts {
  readonly catalog: Catalog;
  readonly engine: Pick<Engine, 'exports'> & { readonly tables: Pick<Engine['tables'], 'get'> };
  readonly files: ExportFiles;
  readonly rows: ExportRepository;
  readonly limits: JobLimits;
  readonly defaults: ExportDefaults;
  /** Called for a failure that no client waits for. */
  readonly onError: (error: unknown) => void;
}

export interface ExportStatistics {
  readonly inProgress: number;
  readonly ended: readonly CountedExports[];
}

interface QueuedExport {
  readonly row: ExportRow;
  readonly request: ExportRequest;
}

/**
 * Runs exports. An export is queued when its row is in the catalog, then running, and finally ready or failed. If it equals an
 * earlier export of unchanged data, it is ready at once. A failed export whose client waits is deleted.
 */
export class ExportRunner {
  readonly #parts: RunnerParts;
  readonly #rows: ExportRepository;
  readonly #jobs: ExportJobs;
  readonly #writer: ExportWriter;
  readonly #counts = new ExportCounts();

  constructor(parts: RunnerParts) {
    this.#parts = parts;
    this.#rows = parts.rows;
    this.#jobs = new ExportJobs(parts.limits);
    this.#writer = new ExportWriter(parts);
  }

  /**
   * Runs an export and returns it when it is ready. A failed export leaves nothing.
   * @param signal cancels it.
   */
  async run(project: ProjectRow, requested: NewExportRequest, signal: AbortSignal): Promise<ExportRow> {
    const job = this.#jobs.open(exportId(), project.id);
    const attempt = async () => {
      const queued = await this.#queue(project, requested, { id: job.id, resumable: false });
      const ending = AbortSignal.any([signal, job.signal]);
      return this.#finish(project, queued, { signal: ending, onProgress: null });
    };
    try {
      return await this.#counts.count(requested.request, this.#explained(project, attempt()));
    } catch (error) {
      await this.#rows.delete(job.id);
      throw error;
    } finally {
      job.end();
    }
  }

  /** Queues an export, which then runs in the background, also after a restart. */
  async enqueue(project: ProjectRow, requested: NewExportRequest): Promise<ExportRow> {
    const job = this.#jobs.open(exportId(), project.id);
    const queueing = this.#queue(project, requested, { id: job.id, resumable: true });
    const queued = await this.#explained(project, queueing).catch((error: unknown) => {
      job.end();
      throw error;
    });
    void this.#runInBackground(project, queued, job);
    return queued.row;
  }

  /** Runs an export in the background that was queued before the service stopped. */
  resume(project: ProjectRow, row: ExportRow, request: ExportRequest): void {
    try {
      void this.#runInBackground(project, { row, request }, this.#jobs.open(row.id, project.id));
    } catch (error) {
      void this.#fail(row.id, error).catch(this.#parts.onError);
    }
  }

  /** Cancels the export if it is running or waiting. */
  cancel(id: string): Promise<void> {
    return this.#jobs.cancel(id, new CancelledExportError());
  }

  /** Returns whether the export is running or waiting. */
  has(id: string): boolean {
    return this.#jobs.has(id);
  }

  /** Returns null if the export is not running, or its progress is unknown. */
  progressOf(id: string): ExportProgress | null {
    return this.#jobs.progressOf(id);
  }

  /** Returns the number of running and waiting exports, and of exports that ended since the start. */
  statistics(): ExportStatistics {
    return { inProgress: this.#jobs.size, ended: this.#counts.read() };
  }

  /** Stops running exports. Background exports run again after the next start. */
  close(): Promise<void> {
    return this.#jobs.close();
  }

  /** @param resumable whether the export is in the background, so a restart runs it again. */
  async #queue(
    project: ProjectRow,
    requested: NewExportRequest,
    { id, resumable }: { readonly id: string; readonly resumable: boolean },
  ): Promise<QueuedExport> {
    const reads = await this.#allowedReads(project, requested.request);
    const request = await this.#withTableName(project, requested.request);
    const values = describeExport(id, project, { ...requested, request }, this.#parts.defaults);
    const stored = resumable ? writeRequest(request) : null;
    const row = await this.#rows.insert({ ...values, reads, request: stored });
    try {
      return { row: (await this.#writer.shareSame(project, row, request)) ?? row, request };
    } catch (error) {
      // No client has received the id of the export yet.
      await this.#rows.delete(id);
      throw error;
    }
  }

  async #finish(
    project: ProjectRow,
    { row, request }: QueuedExport,
    control: Pick<ExportJob, 'signal'> & { readonly onProgress: ExportJob['onProgress'] | null },
  ): Promise<ExportRow> {
    return row.status === 'ready' ? row : this.#writer.write(project, row.id, request, control);
  }

  /** Never rejects. */
  async #runInBackground(project: ProjectRow, queued: QueuedExport, job: ExportJob): Promise<void> {
    try {
      const finishing = this.#explained(project, this.#finish(project, queued, job));
      await this.#counts.count(queued.request, finishing);
    } catch (error) {
      await this.#fail(job.id, error).catch(this.#parts.onError);
    } finally {
      job.end();
    }
  }

  /** An export that the service's stop interrupted does not fail; it runs after the next start. */
  async #fail(id: string, error: unknown): Promise<void> {
    if (this.#jobs.closed) {
      await this.#rows.requeue(id);
      return;
    }
    await this.#rows.fail(id, reasonOf(error));
    if (!(error instanceof RowhouseError)) this.#parts.onError(error);
  }

  /**
   * Checks the table of a limited client, before an error about it could reveal that it exists. Returns what the catalog stores as `reads`,
   * so that the client sees its export while it waits; null for other exports.
   */
  async #allowedReads(project: ProjectRow, request: ExportRequest): Promise<string | null> {
    if (request.kind !== 'table_export' || request.table.allowed === null) return null;
    return readsText(await this.#parts.engine.exports.exportedTables(refOf(project), request.table));
  }

  /** Replaces the requested table by its stored name. The engine handles views and unknown tables. */
  async #withTableName(project: ProjectRow, request: ExportRequest): Promise<ExportRequest> {
    if (request.kind !== 'table_export') return request;
    const name = (await this.#tableName(project, request.table.nameOrId)) ?? request.table.nameOrId;
    return { ...request, table: { ...request.table, nameOrId: name } };
  }

  async #tableName(project: ProjectRow, nameOrId: string): Promise<string | null> {
    try {
      return (await this.#parts.engine.tables.get(refOf(project), nameOrId)).table.name;
    } catch (error) {
      if (error instanceof RowhouseError && error.code === 'not_found') return null;
      throw error;
    }
  }

  /** @throws RowhouseError `not_found` if the project was deleted meanwhile, instead of the error that this caused. */
  async #explained<Result>(project: ProjectRow, work: Promise<Result>): Promise<Result> {
    try {
      return await work;
    } catch (error) {
      if (await this.#isDeleted(project)) throw new NoSuchProjectError();
      throw explainStorageError(error);
    }
  }

  async #isDeleted({ id }: ProjectRow): Promise<boolean> {
    const projects = this.#parts.catalog.selectFrom('projects').select('id').where('id', '=', id);
    return (await projects.executeTakeFirst()) === undefined;
  }
}

/** Returns the `status_reason` of a failure: the error that the answer would have had. */
function reasonOf(error: unknown): string {
  if (error instanceof RowhouseError) return `${error.code}: ${error.message}`;
  return 'internal_error: The export failed.';
}
