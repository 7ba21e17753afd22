import type { ProjectRef } from '../../../core/project-ref.ts';
import type { KeyedReadWriteLock } from '../../../runtime/keyed-read-write-lock.ts';
import type { ThreadPool } from '../../../runtime/threads/thread-pool.ts';
import type { Thread } from '../../../runtime/threads/thread.ts';
import type { CallProcess } from '../processes/killable-processes.ts';
import type { PointMethods, ReaderMethods, WriterMethods } from './database-methods.ts';
import type { ExportMethods } from './export-methods.ts';
import type { QueryMethods } from './query-methods.ts';
import type { WriteMethods } from './record-methods.ts';

/** The threads, processes and locks that the parts of the engine share. */
export interface EngineHost {
  readonly readers: ThreadPool<ReaderMethods>;
  /** Callers hold the project's write lock exclusively. */
  readonly writers: ThreadPool<WriterMethods>;
  /** Writers on the point thread share the project's write lock. */
  pointOf(project: ProjectRef): Thread<PointMethods>;
  /** Runs an operation on the project's database, whose file stays in place meanwhile. */
  withDatabase<T>(project: ProjectRef, operation: (path: string) => Promise<T>): Promise<T>;
  /**
   * Runs a read that may never end in a process that can be stopped. It waits for a process before it takes access to the file,
   * so a waiting operation does not delay an import.
   * @param signal stops the process.
   */
  withQueryProcess<T>(
    project: ProjectRef,
    signal: AbortSignal,
    operation: (path: string, run: CallProcess<QueryMethods>) => Promise<T>,
  ): Promise<T>;
  /** Like `withQueryProcess`, for writes. */
  withWriteProcess<T>(
    project: ProjectRef,
    signal: AbortSignal,
    operation: (path: string, run: CallProcess<WriteMethods>) => Promise<T>,
  ): Promise<T>;
  /** Like `withQueryProcess`, for exports. */
  withExportProcess<T>(
    project: ProjectRef,
    signal: AbortSignal,
    operation: (path: string, run: CallProcess<ExportMethods>) => Promise<T>,
  ): Promise<T>;
  /** By slug. */
  readonly writeLocks: KeyedReadWriteLock;
}
