import type { ExportRow, ProjectRow } from '../../../catalog/tables.ts';
import type { Engine } from '../../../engine/engine.ts';
import type { ExportFiles } from '../../../files/export-files.ts';
import type { ExportRequest } from '../export-request.ts';
import { CancelledExportError, isPast, keyOf } from '../store/export-facts.ts';
import type { ExportRepository } from '../store/export-repository.ts';
import type { JobControl } from './export-jobs.ts';
import { fingerprintOf } from './fingerprint.ts';
import { makeExport, type MadeExport } from './write-export.ts';

/** Makes the files of exports that the catalog knows as to be made, or finds that one has been made already. */
export class ExportRunner {
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

  /** Writes the file, and then says in the catalog that it is ready. One that fails leaves no file. */
  async make(
    project: ProjectRow,
    id: string,
    request: ExportRequest,
    { signal, onProgress }: JobControl,
  ): Promise<ExportRow> {
    const files = this.#files;
    const key = keyOf(project, { id });
    try {
      const fingerprint = await this.#fingerprint(project, request);
      let begun = Promise.resolve();
      const onStart = () => {
        begun = this.#rows.begin(id);
        // Where the export itself fails, too, that is what is told.
        begun.catch(() => undefined);
      };
      const made = await makeExport(this.#engine, project.project_slug, request, {
        outputPath: await files.draftPath(key),
        run: { signal, onProgress, onStart },
      });
      await begun;
      // Not every export can be stopped half way.
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
   * Two names for one file, where the same was exported before and nothing has changed since; null where that is not so. The catalog
   * knows the export by then: a crash leaves no file that nobody can place.
   */
  async shareSame(project: ProjectRow, row: ExportRow, request: ExportRequest): Promise<ExportRow | null> {
    // Whether a client may have a table, the engine says when it writes it.
    if (request.kind === 'table_export' && request.table.allowed !== null) return null;
    const fingerprint = await this.#fingerprint(project, request);
    const same = fingerprint === null ? undefined : await this.#rows.findSame(project.id, fingerprint);
    if (same === undefined || isPast(same.expires_at)) return null;
    const key = keyOf(project, row);
    if (!(await this.#files.share(keyOf(project, same), key))) return null;
    try {
      // A file that was cut short behind our back is nothing to hand on.
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

  /** Null where it cannot be told what the database holds. */
  async #fingerprint(project: ProjectRow, request: ExportRequest): Promise<string | null> {
    const version = await this.#engine.exports.contentVersion(project.project_slug);
    return version === null ? null : fingerprintOf(request, version);
  }

  /** The file is of a moment between two: only where nothing changed from the one to the other is it known what it holds. */
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
