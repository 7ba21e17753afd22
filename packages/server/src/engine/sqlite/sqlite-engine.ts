import { stat } from 'node:fs/promises';

import type { Replayable } from '../../core/idempotency.ts';
import { explainStorageFault } from '../../runtime/disk/explain-storage-fault.ts';
import { isLostFile } from '../../runtime/disk/is-lost-file.ts';
import { syncFile } from '../../runtime/disk/sync.ts';
import { KeyedReadWriteLock } from '../../runtime/keyed-read-write-lock.ts';
import { ResourcePool } from '../../runtime/resource-pool.ts';
import { moduleBeside } from '../../runtime/threads/module-beside.ts';
import type { RpcMethods } from '../../runtime/threads/protocol.ts';
import { ThreadPool } from '../../runtime/threads/thread-pool.ts';
import { Thread } from '../../runtime/threads/thread.ts';
import type { EngineStatistics } from '../engine-statistics.ts';
import type { Engine, FirstRow, ImportOptions, ImportReport } from '../engine.ts';
import type { CreatedDatabase, NewDatabase } from '../new-database.ts';
import { projectNotEmpty } from '../project-not-empty.ts';
import type { ProjectRegistry } from '../project-registry.ts';
import { SqliteExports } from './exports/sqlite-exports.ts';
import { checkDatabaseFile, checkTimeLimitMs } from './import/check-database-file.ts';
import type { KillableProcesses, CallProcess } from './processes/killable-processes.ts';
import { ProjectDirectory } from './projects/project-directory.ts';
import { type Incarnation, ProjectIncarnations } from './projects/project-incarnations.ts';
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
  /** The folder of all project folders. */
  readonly directory: string;
  /** On each thread. */
  readonly maxOpenDatabases: number;
  /** For short reads and writes; a project has one of them. */
  readonly pointThreads: number;
  /** For changes that may take long. */
  readonly writerThreads: number;
  /** For reads that may take long. */
  readonly readerThreads: number;
  /** For a query, and for what else is stopped when it takes too long. */
  readonly queryTimeoutMs: number;
  /** The folder in which exports are written. */
  readonly exportDirectory: string;
  readonly exportTimeoutMs: number;
  readonly exportMaxBytes: number;
  /** Tells a database whose creation was cut short from one that is a project's. */
  readonly projects: ProjectRegistry;
  /** Told when a database thread or a query process died; requests go on with a new one. */
  readonly onThreadCrash: (error: Error) => void;
}

/** Checks of uploaded files, each a process that keeps a core busy; others wait their turn. */
const CHECKS_AT_ONCE = 2;

/** Opens the embedded engine and clears what a crash left behind. */
export async function openSqliteEngine(options: SqliteEngineOptions): Promise<Engine> {
  const directory = new ProjectDirectory(options.directory, options.projects);
  await directory.sweep();
  return new SqliteEngine(directory, options);
}

/**
 * Project databases as SQLite files. Short operations of a project go to one point thread, which commits them in groups;
 * what may take long goes to pools of readers and writers, so that it holds up no other project. This side runs on the HTTP
 * thread: it moves and removes files through Node's file threads, and never opens a database.
 */
class SqliteEngine implements Engine {
  readonly tables: SqliteTables;
  readonly records: SqliteRecords;
  readonly batches: SqliteRecords;
  readonly queries: SqliteQueries;
  readonly exports: SqliteExports;
  readonly #directory: ProjectDirectory;
  /** Who may touch a project's files. */
  readonly #gates = new KeyedReadWriteLock();
  /** Who may write to a project's database: short writes side by side, as they share one thread; a long one alone. */
  readonly #writeLocks = new KeyedReadWriteLock();
  readonly #incarnations = new ProjectIncarnations();
  readonly #checks = new ResourcePool(Array.from({ length: CHECKS_AT_ONCE }, (_, slot) => slot));
  readonly #commitSizes = commitSizes();
  readonly #points: readonly Thread<PointMethods>[];
  readonly #writers: ThreadPool<WriterMethods>;
  readonly #readers: ThreadPool<ReaderMethods>;
  readonly #processes: EngineProcesses;

  constructor(directory: ProjectDirectory, options: SqliteEngineOptions) {
    this.#directory = directory;
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
      pointOf: (project) => this.#pointOf(project),
      withDatabase: (project, operation) => this.#shared(project, operation),
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
    this.exports = new SqliteExports(host, { maxBytes: options.exportMaxBytes });
  }

  async createDatabase(project: string, content: NewDatabase): Promise<CreatedDatabase> {
    return this.#exclusive(project, async () => {
      // First, as even to close a database changes its files.
      await this.#directory.requireFree(project);
      // Who came while no project had the slug waits for none.
      this.#incarnations.end(project);
      // A connection to the file that an unfinished attempt left would go on writing to it, not to the new one.
      await this.#closeEverywhere(project);
      const path = this.#directory.databasePath(project);
      try {
        await this.#directory.create(project);
        return await this.#writers.request('createDatabase', { path, content });
      } catch (error) {
        await this.#discard(project);
        throw error;
      }
    });
  }

  async keepDatabase(project: string): Promise<void> {
    await explained(this.#directory.finish(project));
  }

  async discardDatabase(project: string): Promise<void> {
    await this.#exclusive(project, () => this.#discard(project));
  }

  async deleteDatabase(project: string): Promise<void> {
    this.exports.stop(project);
    await this.#exclusive(project, async () => {
      await this.#closeEverywhere(project);
      await this.#directory.remove(project);
      this.#incarnations.end(project);
    });
  }

  async sizeOf(project: string): Promise<number> {
    return explained(this.#directory.databaseSize(project));
  }

  async countTables(project: string): Promise<number> {
    return this.#shared(project, (path) => this.#readers.request('countTables', { path }));
  }

  async readFirstRow(project: string, table: string): Promise<FirstRow> {
    return this.#shared(project, (path) => this.#readers.request('readFirstRow', { path, table }));
  }

  async newUpload(project: string): Promise<string> {
    return this.#directory.newUploadPath(project);
  }

  async discardUpload(uploadPath: string): Promise<void> {
    await this.#directory.removeUpload(uploadPath);
  }

  async importDatabase(
    project: string,
    uploadPath: string,
    options: ImportOptions,
  ): Promise<Replayable<ImportReport>> {
    try {
      const before = await this.#findImport(project, options);
      if (before !== null) return before;
      return await this.#incarnations.visit(project, async (incarnation) => {
        const signal = AbortSignal.any([options.signal, incarnation.signal]);
        const { size: uploadedBytes } = await stat(uploadPath);
        const timeLimitMs = checkTimeLimitMs(uploadedBytes);
        const checked = await this.#checks.use(() => checkDatabaseFile(uploadPath, { signal, timeLimitMs }));
        const { size: sizeBytes } = await stat(uploadPath);
        // Before the project is held up: the largest part of what has to be on the disk.
        await syncFile(uploadPath);
        this.exports.stop(project);
        const result = await this.#exclusive(project, () => {
          return this.#replace(project, uploadPath, { ...checked, sizeBytes }, { ...options, signal });
        });
        return { result, replayOf: null };
      });
    } catch (error) {
      throw explainStorageFault(error);
    } finally {
      await this.#directory.removeUpload(uploadPath);
    }
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
        import_checks: this.#checks.depth,
      },
      commitSizes: this.#commitSizes.read(),
    };
  }

  /** What can be stopped is. Then readers first: only the last connection to a database, and only one that writes, empties its write-ahead log. */
  async close(): Promise<void> {
    this.#processes.queries.close();
    this.#processes.writes.close();
    this.#processes.exports.close();
    await this.#gates.close();
    await this.#readers.close();
    await Promise.all(this.#points.map((point) => point.close()));
    await this.#writers.close();
  }

  async #findImport(
    project: string,
    { request, replace }: ImportOptions,
  ): Promise<Replayable<ImportReport> | null> {
    if (request === null) return null;
    const find = (path: string) => this.#writers.request('findImport', { path, request });
    return this.#shared(project, (path) =>
      this.#writeLocks
        .exclusive(project, () => find(path))
        .catch((error: unknown) => {
          // The file that is lost took its keys along: it is one to replace.
          if (replace && isLostFile(error)) return null;
          throw error;
        }),
    );
  }

  async #replace(
    project: string,
    uploadPath: string,
    checked: Omit<ImportReport, 'replaced'>,
    { replace, request, signal }: ImportOptions,
  ): Promise<ImportReport> {
    signal.throwIfAborted();
    const path = this.#directory.databasePath(project);
    // A database too damaged to be read is one to replace, but never by accident.
    const tables = await this.#readers.request('countTables', { path }).catch((error: unknown) => {
      if (replace) return 1;
      throw error;
    });
    if (tables > 0 && !replace) throw projectNotEmpty();
    await this.#closeEverywhere(project);
    signal.throwIfAborted();
    const report = { ...checked, replaced: tables > 0 };
    await this.#writers.request('replaceDatabase', { path, uploadPath, request, report });
    return report;
  }

  async #discard(project: string): Promise<void> {
    if (!(await this.#directory.isAbandoned(project))) return;
    await this.#closeEverywhere(project);
    await this.#directory.remove(project);
  }

  async #closeEverywhere(project: string): Promise<void> {
    const path = this.#directory.databasePath(project);
    await Promise.all([
      this.#readers.requestAll('closeDatabase', { path }),
      this.#writers.requestAll('closeDatabase', { path }),
      this.#pointOf(project).request('closeDatabase', { path }),
    ]);
  }

  #shared<T>(project: string, operation: (path: string) => Promise<T>): Promise<T> {
    return this.#incarnations.visit(project, (incarnation) => this.#enter(project, incarnation, operation));
  }

  #withProcess<O extends RpcMethods, T>(
    processes: KillableProcesses<O>,
    { project, signal, operation }: StoppableWork<O, T>,
  ): Promise<T> {
    return this.#incarnations.visit(project, (incarnation) => {
      const ending = AbortSignal.any([signal, incarnation.signal]);
      return processes.use(project, ending, (run) => {
        return this.#enter(project, incarnation, (path) => operation(path, run));
      });
    });
  }

  /** Lets nobody in to a project that is not the one they came for. */
  #enter<T>(project: string, { signal }: Incarnation, operation: (path: string) => Promise<T>): Promise<T> {
    const path = this.#directory.databasePath(project);
    const entered = this.#gates.shared(project, async () => {
      signal.throwIfAborted();
      return operation(path);
    });
    return explained(entered);
  }

  #exclusive<T>(project: string, operation: () => Promise<T>): Promise<T> {
    return explained(this.#gates.exclusive(project, operation));
  }

  #pointOf(project: string): Thread<PointMethods> {
    const thread = this.#points[stringHash(project) % this.#points.length];
    if (thread === undefined) throw new Error('an engine needs a point thread');
    return thread;
  }
}

interface StoppableWork<O extends RpcMethods, T> {
  readonly project: string;
  /** Ends what is under way. */
  readonly signal: AbortSignal;
  readonly operation: (path: string, run: CallProcess<O>) => Promise<T>;
}

async function explained<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    throw explainStorageFault(error);
  }
}

/** FNV-1a, 32 bits: spreads slugs evenly over the threads. http://www.isthe.com/chongo/tech/comp/fnv/ */
function stringHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
