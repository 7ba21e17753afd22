import type { Readable } from 'node:stream';

import { recordChange } from '../../catalog/audit-trail.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { workOnce } from '../../catalog/idempotency-store.ts';
import type { ExportRow, ProjectRow } from '../../catalog/tables.ts';
import type { Credential } from '../../core/credential.ts';
import { RowhouseError } from '../../core/errors.ts';
import type { SealedRequest, Replayable } from '../../core/idempotency.ts';
import { timestamp } from '../../core/ids.ts';
import type { Requester } from '../../core/requester.ts';
import type { ExportProgress } from '../../engine/project-exports.ts';
import type { ByteRange, ExportFiles } from '../../files/export-files.ts';
import type { NewExportRequest } from './describe-export.ts';
import { DownloadCounts } from './downloads/download-counts.ts';
import { type ExportViewer, requireExport, visibleExports } from './export-access.ts';
import type { ExportRequest } from './export-request.ts';
import { ExportRunner, type ExportStatistics, type RunnerParts } from './jobs/export-runner.ts';
import { exportFileMissing } from './jobs/ready-export.ts';
import { isPast, keyOf } from './store/export-facts.ts';
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

interface Parts extends Omit<RunnerParts, 'rows' | 'defaults'> {
  /** The maximum time that a file is kept; null for no limit. */
  readonly retentionSeconds: number | null;
}

/**
 * Persistent exports: each has a row in the catalog and, once it is ready, a file in the store. The file is always stored
 * first.
 */
export class Exports {
  readonly #catalog: Catalog;
  readonly #files: ExportFiles;
  readonly #rows: ExportRepository;
  readonly #runner: ExportRunner;
  readonly #downloads: DownloadCounts;

  constructor({ retentionSeconds, ...parts }: Parts) {
    this.#catalog = parts.catalog;
    this.#files = parts.files;
    this.#rows = new ExportRepository(parts.catalog);
    const defaults = { backend: parts.files.backend, retentionSeconds };
    this.#runner = new ExportRunner({ ...parts, defaults, rows: this.#rows });
    this.#downloads = new DownloadCounts((id, downloads) => this.#rows.countDownloads(id, downloads));
  }

  /**
   * Runs an export, which is ready when the promise resolves. A failed export leaves nothing.
   * @param signal cancels it.
   * @throws RowhouseError `not_found` if the project was deleted meanwhile; `rate_limited` and `unavailable` if too many
   * exports are running; the engine's errors.
   */
  create(
    project: ProjectRow,
    requested: NewExportRequest,
    signal: AbortSignal,
    request: SealedRequest | null,
  ): Promise<Replayable<ExportRow>> {
    return workOnce(this.#catalog, request, () => this.#runner.run(project, requested, signal));
  }

  /** Queues an export. It is stored when the promise resolves, and runs in the background, also after a restart. */
  enqueue(
    project: ProjectRow,
    requested: NewExportRequest,
    request: SealedRequest | null,
  ): Promise<Replayable<ExportRow>> {
    return workOnce(this.#catalog, request, () => this.#runner.enqueue(project, requested));
  }

  /** Runs an export that was queued before the service stopped. */
  resume(project: ProjectRow, row: ExportRow, request: ExportRequest): void {
    this.#runner.resume(project, row, request);
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
    const sizeBytes = await this.#files.sizeOf(keyOf(project, row));
    return this.#seen(await this.#recordPresence(row, sizeBytes === row.size_bytes));
  }

  /** Deletes the row and the file permanently. A running export is cancelled. */
  async delete(
    project: ProjectRow,
    id: string,
    viewer: ExportViewer,
    by: Requester,
    request: SealedRequest | null,
  ): Promise<Replayable<Pick<ExportRow, 'id'>>> {
    return workOnce(this.#catalog, request, async () => {
      const { row } = await this.get(project, id, viewer);
      await this.#runner.cancel(row.id);
      // The file first: a file without a row would never be removed. A row without a file can be deleted again.
      await this.#files.remove(keyOf(project, row));
      await this.#rows.delete(row.id);
      const before = { kind: row.kind, table_name: row.table_name, format: row.format };
      await recordChange(this.#catalog, by, { action: 'export.deleted', project, subject: row.id, before });
      return { id: row.id };
    });
  }

  /** @throws RowhouseError `export_file_missing` if the file is missing from storage. */
  async read(project: ProjectRow, row: ExportRow, range: ByteRange): Promise<Readable> {
    const stream = await this.#files.read(keyOf(project, row), range);
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
    return this.#runner.statistics();
  }

  /** Returns whether the export is running or waiting. */
  isInProgress(id: string): boolean {
    return this.#runner.has(id);
  }

  /** Stops running exports. Background exports run again after the next start. */
  async close(): Promise<void> {
    await this.#runner.close();
    await this.recordDownloads();
  }

  async #noticeMissingFiles(project: ProjectRow): Promise<void> {
    // Reads the rows first: the file of a ready export was stored before its row.
    const rows = await this.#rows.ofProject(project.id);
    const sizes = await this.#files.list(project.project_slug);
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
    return { row: { ...row, status, download_count }, progress: this.#runner.progressOf(row.id) };
  }

  /** Takes the progress of a copy from the size of its file. */
  async #measured(project: ProjectRow, { row, progress }: SeenExport): Promise<SeenExport> {
    if (progress?.unit !== 'bytes') return { row, progress };
    const key = keyOf(project, row);
    const draft = await this.#files.draftSizeOf(key);
    // The file may have been published since the row was read.
    const done = draft > 0 ? draft : ((await this.#files.sizeOf(key)) ?? 0);
    return { row, progress: { ...progress, done } };
  }
}
