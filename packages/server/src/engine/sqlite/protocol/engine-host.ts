import type { KeyedReadWriteLock } from '../../../runtime/keyed-read-write-lock.ts';
import type { ThreadPool } from '../../../runtime/threads/thread-pool.ts';
import type { Thread } from '../../../runtime/threads/thread.ts';
import type { CallProcess } from '../processes/killable-processes.ts';
import type { PointMethods, ReaderMethods, WriterMethods } from './database-methods.ts';
import type { ExportMethods } from './export-methods.ts';
import type { QueryMethods } from './query-methods.ts';
import type { WriteMethods } from './record-methods.ts';

/** What the engine lends to its rooms. */
export interface EngineHost {
  readonly readers: ThreadPool<ReaderMethods>;
  /** For whoever is alone behind the project's write gate. */
  readonly writers: ThreadPool<WriterMethods>;
  /** Writes through it are let in by the project's write gate, side by side. */
  pointOf(project: string): Thread<PointMethods>;
  /** Runs an operation on the project's database while its file stays in its place. */
  withDatabase<T>(project: string, operation: (path: string) => Promise<T>): Promise<T>;
  /**
   * The same for reading what may take for ever, in a process that is stopped then. The turn comes before the gate:
   * what waits for its turn holds up nobody who replaces a file.
   * @param signal ends what is under way.
   */
  withQueryProcess<T>(
    project: string,
    signal: AbortSignal,
    operation: (path: string, run: CallProcess<QueryMethods>) => Promise<T>,
  ): Promise<T>;
  /** The same for writing it. */
  withWriteProcess<T>(
    project: string,
    signal: AbortSignal,
    operation: (path: string, run: CallProcess<WriteMethods>) => Promise<T>,
  ): Promise<T>;
  /** The same for writing rows of it to files. */
  withExportProcess<T>(
    project: string,
    signal: AbortSignal,
    operation: (path: string, run: CallProcess<ExportMethods>) => Promise<T>,
  ): Promise<T>;
  readonly writeLocks: KeyedReadWriteLock;
}
