import type { Readable } from 'node:stream';

import { NoSuchProjectError } from '../../core/errors.ts';
import type { Replayable } from '../../core/idempotency.ts';
import type { ProjectRef } from '../../core/project-ref.ts';
import { explainStorageError } from '../../runtime/disk/explain-storage-error.ts';
import { KeyedReadWriteLock } from '../../runtime/keyed-read-write-lock.ts';
import { moduleBeside } from '../../runtime/threads/module-beside.ts';
import type { RpcMethods } from '../../runtime/threads/protocol.ts';
import { ThreadPool } from '../../runtime/threads/thread-pool.ts';
import { Thread } from '../../runtime/threads/thread.ts';
import type { EngineStatistics } from '../engine-statistics.ts';
import type { Engine, FirstRow, ImportOptions, ImportReport, SampledTable, Upload } from '../engine.ts';
import type { ExportDrafts } from '../export-drafts.ts';
import type { CreatedDatabase, NewDatabase } from '../new-database.ts';
import type { ProjectRegistry } from '../project-registry.ts';
import { SqliteExports } from './exports/sqlite-exports.ts';
import { SqliteImports } from './import/sqlite-imports.ts';
import type { KillableProcesses, CallProcess } from './processes/killable-processes.ts';
import { DatabaseAccess } from './projects/database-access.ts';
import { ProjectDirectory } from './projects/project-directory.ts';
import { RunningWork } from './projects/running-work.ts';
import type {
  DatabaseThreadStart,
  PointMethods,
  PointThreadStart,
  ReaderMethods,
  WriterMethods,
} from './protocol/database-methods.ts';
import type { EngineHost } from './protocol/engine-host.ts';
import { SqliteQueries } from './query/sqlite-queries.ts';
import { SqliteRecords } from './records/sqlite-records.ts';
import { SqliteTables } from './schema-changes/sqlite-tables.ts';
import { commitSizes } from './workers/commit-sizes.ts';
import { type EngineProcesses, startProcesses } from './workers/engine-processes.ts';

export interface SqliteEngineOptions {
  /** The parent folder of all project folders. */
  readonly directory: string;
  /** The maximum number of open databases on each thread. */
  readonly maxOpenDatabases: number;
  /** The number of threads for short operations. All short operations of a project run on the same one. */
  readonly pointThreads: number;
  /** The number of threads for changes that may take long. */
  readonly writerThreads: number;
  /** The number of threads for reads that may take long. */
  readonly readerThreads: number;
  /** The time limit of queries and of other work in processes, except exports. */
  readonly queryTimeoutMs: number;
  /** The only folder that export processes may write to. */
  readonly exportDirectory: string;
  readonly exportDrafts: ExportDrafts;
  readonly exportTimeoutMs: number;
  readonly exportMaxBytes: number;
  readonly projects: ProjectRegistry;
  /** Called when a thread or process died. It is replaced. */
  readonly onThreadCrash: (error: Error) => void;
}

/** Opens the engine and removes the files that a crash left. */
export async function openSqliteEngine(options: SqliteEngineOptions): Promise<Engine> {
  const directory = new ProjectDirectory(options.directory, options.projects);
  await directory.sweep();
  return new SqliteEngine(directory, options);
}

/**
 * Project databases as SQLite files. The short operations of a project run on one point thread, which commits them in groups.
 * Long operations run on pools of readers and writers, so they do not delay other projects. This class runs on the HTTP thread:
 * it moves and removes files through Node's file threads, and never opens a database.
 */
class SqliteEngine implements Engine {
  readonly tables: SqliteTables;
  readonly records: SqliteRecords;
  readonly batches: SqliteRecords;
  readonly queries: SqliteQueries;
  readonly exports: SqliteExports;
  readonly #imports: SqliteImports;
  readonly #directory: ProjectDirectory;
  readonly #access: DatabaseAccess;
  /** By slug. Short writes share the lock, because they share one thread; a long write holds it exclusively. */
  readonly #writeLocks = new KeyedReadWriteLock();
  /** Operations in a process, or waiting for one: cancelled when their project is deleted. */
  readonly #cancellable = new RunningWork();
  readonly #commitSizes = commitSizes();
  readonly #points: readonly Thread<PointMethods>[];
  readonly #writers: ThreadPool<WriterMethods>;
  readonly #readers: ThreadPool<ReaderMethods>;
  readonly #processes: EngineProcesses;

  constructor(directory: ProjectDirectory, options: SqliteEngineOptions) {
    this.#directory = directory;
    this.#access = new DatabaseAccess(directory);
    const startData: DatabaseThreadStart = { maxOpenDatabases: options.maxOpenDatabases };
    const thread = (name: string) => {
      const script = moduleBeside(import.meta.url, `workers/${name}-thread`);
      return { name, script, startData, onCrash: options.onThreadCrash };
    };
    this.#points = Array.from({ length: options.pointThreads }, (_, index) => {
      const pointData: PointThreadStart = { ...startData, commitSizes: this.#commitSizes.memory };
      return new Thread<PointMethods>({
        ...thread('point'),
        name: `point-${index + 1}`,
        startData: pointData,
      });
    });
    this.#writers = new ThreadPool(options.writerThreads, thread('writer'));
    this.#readers = new ThreadPool(options.readerThreads, thread('reader'));
    this.#processes = startProcesses(options);
    const host: EngineHost = {
      readers: this.#readers,
      writers: this.#writers,
      pointOf: ({ slug }) => this.#pointOf(slug),
      withDatabase: (project, operation) => this.#access.shared(project, operation),
      withQueryProcess: (project, signal, operation) =>
        this.#withProcess(this.#processes.queries, { project, signal, operation }),
      withWriteProcess: (project, signal, operation) =>
        this.#withProcess(this.#processes.writes, { project, signal, operation }),
      withExportProcess: (project, signal, operation) =>
        this.#withProcess(this.#processes.exports, { project, signal, operation }),
      writeLocks: this.#writeLocks,
    };
    this.tables = new SqliteTables(host);
    this.records = new SqliteRecords(host);
    this.batches = this.records;
    this.queries = new SqliteQueries(host);
    this.exports = new SqliteExports(host, {
      drafts: options.exportDrafts,
      maxBytes: options.exportMaxBytes,
    });
    this.#imports = new SqliteImports(host, {
      directory,
      access: this.#access,
      exports: this.exports,
      closeEverywhere: (slug) => this.#closeEverywhere(slug),
    });
  }

  async createDatabase(slug: string, content: NewDatabase): Promise<CreatedDatabase> {
    return this.#access.exclusive(slug, async () => {
      // First, because even closing a database changes its files.
      await this.#directory.requireFree(slug);
      // Otherwise, a connection to the file of an unfinished attempt would continue to write to it.
      await this.#closeEverywhere(slug);
      const path = this.#directory.databasePath(slug);
      try {
        await this.#directory.create(slug);
        return await this.#writers.request('createDatabase', { path, content });
      } catch (error) {
        await this.#discard(slug);
        throw error;
      }
    });
  }

  async confirmDatabase(slug: string): Promise<void> {
    await this.#directory.finish(slug).catch((error: unknown) => {
      throw explainStorageError(error);
    });
  }

  async discardDatabase(slug: string): Promise<void> {
    await this.#access.exclusive(slug, () => this.#discard(slug));
  }

  async deleteDatabase(project: ProjectRef): Promise<void> {
    const { slug } = project;
    this.exports.stop(slug);
    await this.#access.exclusive(slug, async () => {
      await this.#closeEverywhere(slug);
      await this.#directory.remove(slug);
      this.#access.markDeleted(project);
      const reason = new NoSuchProjectError();
      this.#cancellable.cancel(slug, reason);
      this.#imports.cancel(slug, reason);
    });
  }

  async sizeOf(project: ProjectRef): Promise<number> {
    return this.#access.shared(project, () => this.#directory.databaseSize(project.slug));
  }

  async countTables(project: ProjectRef): Promise<number> {
    return this.#access.shared(project, (path) => this.#readers.request('countTables', { path }));
  }

  async readFirstRow(project: ProjectRef, table: SampledTable): Promise<FirstRow> {
    return this.#access.shared(project, (path) => this.#readers.request('readFirstRow', { path, table }));
  }

  upload(project: ProjectRef, content: Readable, signal: AbortSignal): Promise<Upload> {
    return this.#imports.upload(project, content, signal);
  }

  importDatabase(
    project: ProjectRef,
    upload: Upload,
    options: ImportOptions,
  ): Promise<Replayable<ImportReport>> {
    return this.#imports.importDatabase(project, upload, options);
  }

  statistics(): EngineStatistics {
    const points = this.#points.map(({ depth }, index) => [`point-${index + 1}`, depth] as const);
    return {
      queues: {
        ...Object.fromEntries(points),
        writers: this.#writers.depth,
        readers: this.#readers.depth,
        query_processes: this.#processes.queries.depth,
        write_processes: this.#processes.writes.depth,
        export_processes: this.#processes.exports.depth,
        import_checks: this.#imports.depth,
      },
      commitSizes: this.#commitSizes.read(),
    };
  }

  /**
   * Stops the processes. Closes the readers before the writers, because only the last connection to a database empties its
   * write-ahead log, and only if it may write.
   */
  async close(): Promise<void> {
    this.#processes.queries.close();
    this.#processes.writes.close();
    this.#processes.exports.close();
    await this.#access.close();
    await this.#readers.close();
    await Promise.all(this.#points.map((point) => point.close()));
    await this.#writers.close();
  }

  async #discard(slug: string): Promise<void> {
    if (!(await this.#directory.isAbandoned(slug))) return;
    await this.#closeEverywhere(slug);
    await this.#directory.remove(slug);
  }

  async #closeEverywhere(slug: string): Promise<void> {
    const path = this.#directory.databasePath(slug);
    await Promise.all([
      this.#readers.requestAll('closeDatabase', { path }),
      this.#writers.requestAll('closeDatabase', { path }),
      this.#pointOf(slug).request('closeDatabase', { path }),
    ]);
  }

  #withProcess<O extends RpcMethods, T>(
    processes: KillableProcesses<O>,
    { project, signal, operation }: StoppableWork<O, T>,
  ): Promise<T> {
    return this.#cancellable.run(project.slug, signal, (ending) =>
      processes.use(project.slug, ending, (run) =>
        this.#access.shared(project, (path) => operation(path, run)),
      ),
    );
  }

  #pointOf(slug: string): Thread<PointMethods> {
    const thread = this.#points[stringHash(slug) % this.#points.length];
    if (thread === undefined) throw new Error('The engine has no point thread.');
    return thread;
  }
}

interface StoppableWork<O extends RpcMethods, T> {
  readonly project: ProjectRef;
  /** Stops the process. */
  readonly signal: AbortSignal;
  readonly operation: (path: string, run: CallProcess<O>) => Promise<T>;
}

/** FNV-1a, 32 bits: distributes slugs evenly over the threads. http://www.isthe.com/chongo/tech/comp/fnv/ */
function stringHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
