import { refOf } from '../../../catalog/project-by-slug.ts';
import type { ExportRow, ProjectRow } from '../../../catalog/tables.ts';
import type { Engine } from '../../../engine/engine.ts';
import type { ExportRun } from '../../../engine/project-exports.ts';
import type { ExportFiles } from '../../../files/export-files.ts';
import type { ExportRequest } from '../export-request.ts';
import { CancelledExportError, isPast, keyOf } from '../store/export-facts.ts';
import type { ExportRepository } from '../store/export-repository.ts';
import { fingerprintOf } from './fingerprint.ts';
import { makeExport, type MadeExport } from './write-export.ts';

/** Writes the files of exports in the catalog, or reuses the file of an equal export. */
export class ExportWriter {
  readonly #engine: Pick<Engine, 'exports'>;
  readonly #files: ExportFiles;
  readonly #rows: ExportRepository;

  constructor(parts: {
    readonly engine: Pick<Engine, 'exports'>;
    readonly files: ExportFiles;
    readonly rows: ExportRepository;
  }) {
    this.#engine = parts.engine;
    this.#files = parts.files;
    this.#rows = parts.rows;
  }

  /** Writes the file, and then marks the export as ready in the catalog. A failed export leaves no file. */
  async write(
    project: ProjectRow,
    id: string,
    request: ExportRequest,
    { signal, onProgress }: Pick<ExportRun, 'signal' | 'onProgress'>,
  ): Promise<ExportRow> {
    const files = this.#files;
    const key = keyOf(project, { id });
    try {
      const fingerprint = await this.#fingerprint(project, request);
      let started = Promise.resolve();
      const onStart = () => {
        started = this.#rows.begin(id);
        // If the export also fails, its own error is thrown.
        started.catch(() => undefined);
      };
      const made = await makeExport(this.#engine, refOf(project), request, {
        exportId: id,
        run: { signal, onProgress, onStart },
      });
      await started;
      // Not every export can be stopped while it runs.
      signal.throwIfAborted();
      await files.publish(key);
      const row = await this.#rows.finish(
        id,
        made,
        await this.#lastingFingerprint(project, { request, made, fingerprint }),
      );
      if (row === undefined) throw new CancelledExportError();
      return row;
    } catch (error) {
      await files.remove(key);
      throw error;
    }
  }

  /**
   * Shares the file of an equal export if nothing has changed since; otherwise returns null. The catalog has the export's row
   * already, so a crash leaves no file without a row.
   */
  async shareSame(project: ProjectRow, row: ExportRow, request: ExportRequest): Promise<ExportRow | null> {
    // The engine checks access to the table when it writes the file.
    if (request.kind === 'table_export' && request.table.allowed !== null) return null;
    const fingerprint = await this.#fingerprint(project, request);
    const same = fingerprint === null ? undefined : await this.#rows.findSame(project.id, fingerprint);
    if (same === undefined || isPast(same.expires_at)) return null;
    const key = keyOf(project, row);
    if (!(await this.#files.share(keyOf(project, same), key))) return null;
    try {
      // A file that was truncated meanwhile is not shared.
      if ((await this.#files.sizeOf(key)) === same.size_bytes) {
        const shared = await this.#rows.finishShared(row.id, same);
        if (shared === undefined) throw new CancelledExportError();
        return shared;
      }
    } catch (error) {
      await this.#files.remove(key);
      throw error;
    }
    await this.#files.remove(key);
    return null;
  }

  /** Returns null if the content version of the database is unknown. */
  async #fingerprint(project: ProjectRow, request: ExportRequest): Promise<string | null> {
    const version = await this.#engine.exports.contentVersion(refOf(project));
    return version === null ? null : fingerprintOf(request, version);
  }

  /** The snapshot is from a moment between the two fingerprints, so its content is only known if both are equal. */
  async #lastingFingerprint(
    project: ProjectRow,
    {
      request,
      made,
      fingerprint,
    }: { readonly request: ExportRequest; readonly made: MadeExport; readonly fingerprint: string | null },
  ): Promise<string | null> {
    if (!made.repeatable || fingerprint === null) return null;
    return (await this.#fingerprint(project, request)) === fingerprint ? fingerprint : null;
  }
}
