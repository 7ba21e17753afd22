import { RowhouseError } from '../../../core/errors.ts';
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
import type { EngineHost } from '../protocol/engine-host.ts';
import type { ExportMethods, ExportTask } from '../protocol/export-methods.ts';

/**
 * Exports of SQLite projects. A schema is written by a reader thread; rows by a process, at a low priority, that can be stopped at any
 * moment: they may take long, and those of a view for ever.
 */
export class SqliteExports implements ProjectExports {
  readonly #host: EngineHost;
  readonly #maxBytes: number;
  /** What ends the exports of a project that are under way. */
  readonly #running = new Map<string, Set<AbortController>>();

  constructor(host: EngineHost, { maxBytes }: { readonly maxBytes: number }) {
    this.#host = host;
    this.#maxBytes = maxBytes;
  }

  writeSchema(project: string, format: string, outputPath: string): Promise<WrittenExport> {
    return this.#host.withDatabase(project, (path) => {
      return this.#host.readers.request('writeSchema', { path, format, outputPath });
    });
  }

  writeTable(
    project: string,
    request: TableExportRequest,
    outputPath: string,
    run: ExportRun,
  ): Promise<WrittenTableExport> {
    return this.#write(project, 'writeTable', run, (task) => ({ ...task, outputPath, request }));
  }

  writeDatabase(
    project: string,
    request: DatabaseExportRequest,
    outputPath: string,
    run: ExportRun,
  ): Promise<WrittenDatabaseExport> {
    return this.#write(project, 'writeDatabase', run, (task) => ({ ...task, outputPath, request }));
  }

  contentVersion(project: string): Promise<string> {
    return this.#host.withDatabase(project, (path) => this.#host.readers.request('contentVersion', { path }));
  }

  /** Before the project's file is moved or removed: an export may take hours, and nobody is to wait for it. */
  stop(project: string): void {
    for (const controller of this.#running.get(project) ?? []) controller.abort(databaseReplaced());
  }

  async #write<Name extends keyof ExportMethods>(
    project: string,
    operation: Name,
    { signal, onStart, onProgress }: ExportRun,
    input: (task: Omit<ExportTask, 'outputPath'>) => ExportMethods[Name]['input'],
  ): Promise<ExportMethods[Name]['output']> {
    const controller = new AbortController();
    const ending = AbortSignal.any([signal, controller.signal]);
    const running = this.#running.get(project) ?? new Set();
    this.#running.set(project, running.add(controller));
    try {
      return await this.#host.withExportProcess(project, ending, (path, run) => {
        onStart();
        const task = { path, maxBytes: this.#maxBytes, counting: onProgress !== null };
        return run(operation, input(task), (progress) => onProgress?.(progress as ExportProgress));
      });
    } finally {
      running.delete(controller);
      if (running.size === 0 && this.#running.get(project) === running) this.#running.delete(project);
    }
  }
}

function databaseReplaced(): RowhouseError {
  return new RowhouseError(
    'conflict',
    'The database was replaced or removed during the export; create the export again.',
  );
}
