import { RowhouseError } from '../../../core/errors.ts';
import type { ProjectRef } from '../../../core/project-ref.ts';
import type { ExportDrafts } from '../../export-drafts.ts';
import type {
  DatabaseExportRequest,
  ExportProgress,
  ExportRun,
  ProjectExports,
  TableExportRequest,
  WrittenDatabaseExport,
  WrittenExport,
  WrittenTableExport,
} from '../../project-exports.ts';
import { RunningWork } from '../projects/running-work.ts';
import type { EngineHost } from '../protocol/engine-host.ts';
import type { ExportMethods, ExportTask } from '../protocol/export-methods.ts';

/**
 * Exports of SQLite projects. Reader threads write schemas. Rows are written by processes with a low priority, which can be
 * stopped at any time, because an export may take hours and an export of a view may never end.
 */
export class SqliteExports implements ProjectExports {
  readonly #host: EngineHost;
  readonly #drafts: ExportDrafts;
  readonly #maxBytes: number;
  readonly #running = new RunningWork();

  constructor(host: EngineHost, parts: { readonly drafts: ExportDrafts; readonly maxBytes: number }) {
    this.#host = host;
    this.#drafts = parts.drafts;
    this.#maxBytes = parts.maxBytes;
  }

  async writeSchema(project: ProjectRef, format: string, exportId: string): Promise<WrittenExport> {
    const outputPath = await this.#draftPath(project, exportId);
    return this.#host.withDatabase(project, (path) => {
      return this.#host.readers.request('writeSchema', { path, format, outputPath });
    });
  }

  async writeTable(
    project: ProjectRef,
    request: TableExportRequest,
    exportId: string,
    run: ExportRun,
  ): Promise<WrittenTableExport> {
    const outputPath = await this.#draftPath(project, exportId);
    return this.#write(project, 'writeTable', run, (task) => ({ ...task, outputPath, request }));
  }

  async writeDatabase(
    project: ProjectRef,
    request: DatabaseExportRequest,
    exportId: string,
    run: ExportRun,
  ): Promise<WrittenDatabaseExport> {
    const outputPath = await this.#draftPath(project, exportId);
    return this.#write(project, 'writeDatabase', run, (task) => ({ ...task, outputPath, request }));
  }

  contentVersion(project: ProjectRef): Promise<string> {
    return this.#host.withDatabase(project, (path) => this.#host.readers.request('contentVersion', { path }));
  }

  /** Stops the running exports of a project whose file is about to be moved or removed. */
  stop(slug: string): void {
    this.#running.cancel(slug, databaseReplaced());
  }

  #draftPath({ slug }: ProjectRef, exportId: string): Promise<string> {
    return this.#drafts.draftPath({ project: slug, exportId });
  }

  #write<Name extends keyof ExportMethods>(
    project: ProjectRef,
    operation: Name,
    { signal, onStart, onProgress }: ExportRun,
    input: (task: Omit<ExportTask, 'outputPath'>) => ExportMethods[Name]['input'],
  ): Promise<ExportMethods[Name]['output']> {
    return this.#running.run(project.slug, signal, (ending) =>
      this.#host.withExportProcess(project, ending, (path, run) => {
        onStart();
        const task = { path, maxBytes: this.#maxBytes, counting: onProgress !== null };
        return run(operation, input(task), (progress) => onProgress?.(progress as ExportProgress));
      }),
    );
  }
}

function databaseReplaced(): RowhouseError {
  return new RowhouseError(
    'conflict',
    'The database was replaced or removed during the export; create the export again.',
  );
}
