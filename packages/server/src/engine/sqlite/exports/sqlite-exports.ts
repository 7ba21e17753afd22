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
import type { TableReference } from '../../project-records.ts';
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

  exportedTables(project: ProjectRef, table: TableReference): Promise<readonly string[] | null> {
    return this.#host.withDatabase(project, (path) =>
      this.#host.readers.request('exportedTables', { path, table }),
    );
  }

  writeSchema(project: ProjectRef, format: string, exportId: string): Promise<WrittenExport> {
    return this.#host.withDatabase(project, async (path) => {
      const outputPath = await this.#draftPath(project, exportId);
      return this.#host.readers.request('writeSchema', { path, format, outputPath });
    });
  }

  writeTable(
    project: ProjectRef,
    request: TableExportRequest,
    exportId: string,
    run: ExportRun,
  ): Promise<WrittenTableExport> {
    return this.#write(project, 'writeTable', { exportId, run }, (task) => ({ ...task, request }));
  }

  writeDatabase(
    project: ProjectRef,
    request: DatabaseExportRequest,
    exportId: string,
    run: ExportRun,
  ): Promise<WrittenDatabaseExport> {
    return this.#write(project, 'writeDatabase', { exportId, run }, (task) => ({ ...task, request }));
  }

  contentVersion(project: ProjectRef): Promise<string> {
    return this.#host.withDatabase(project, (path) => this.#host.readers.request('contentVersion', { path }));
  }

  /** Stops the running exports of a project whose file is about to be moved or removed. */
  stop(slug: string): void {
    this.#running.cancel(slug, databaseReplaced());
  }

  #write<Name extends keyof ExportMethods>(
    project: ProjectRef,
    operation: Name,
    { exportId, run: { signal, onStart, onProgress } }: RunningExport,
    input: (task: ExportTask) => ExportMethods[Name]['input'],
  ): Promise<ExportMethods[Name]['output']> {
    return this.#running.run(project.slug, signal, (ending) =>
      this.#host.withExportProcess(project, ending, async (path, run) => {
        onStart();
        const outputPath = await this.#draftPath(project, exportId);
        const task = { path, outputPath, maxBytes: this.#maxBytes, counting: onProgress !== null };
        return run(operation, input(task), (progress) => onProgress?.(progress as ExportProgress));
      }),
    );
  }

  /** Call it with access to the database: the store must not create a folder for a deleted project. */
  #draftPath({ slug }: ProjectRef, exportId: string): Promise<string> {
    return this.#drafts.draftPath({ project: slug, exportId });
  }
}

interface RunningExport {
  readonly exportId: string;
  readonly run: ExportRun;
}

function databaseReplaced(): RowhouseError {
  return new RowhouseError(
    'conflict',
    'The database was replaced or removed during the export; create the export again.',
  );
}
