import type { ProjectGates } from '../../../runtime/project-gates.ts';
import type { ThreadPool } from '../../../runtime/threads/thread-pool.ts';
import type { Thread } from '../../../runtime/threads/thread.ts';
import type { RunOperation } from '../processes/killable-processes.ts';
import type { PointOperations, ReaderOperations, WriterOperations } from './database-operations.ts';
import type { ExportOperations } from './export-operations.ts';
import type { QueryOperations } from './query-operations.ts';
import type { WriteOperations } from './record-operations.ts';

/** What the engine lends to its rooms. */
export interface EngineHost {
  readonly readers: ThreadPool<ReaderOperations>;
  /** For whoever is alone behind the project's write gate. */
  readonly writers: ThreadPool<WriterOperations>;
  /** Writes through it are let in by the project's write gate, side by side. */
  pointOf(project: string): Thread<PointOperations>;
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
    operation: (path: string, run: RunOperation<QueryOperations>) => Promise<T>,
  ): Promise<T>;
  /** The same for writing it. */
  withWriteProcess<T>(
    project: string,
    signal: AbortSignal,
    operation: (path: string, run: RunOperation<WriteOperations>) => Promise<T>,
  ): Promise<T>;
  /** The same for writing rows of it to files. */
  withExportProcess<T>(
    project: string,
    signal: AbortSignal,
    operation: (path: string, run: RunOperation<ExportOperations>) => Promise<T>,
  ): Promise<T>;
  readonly writeGates: ProjectGates;
}
