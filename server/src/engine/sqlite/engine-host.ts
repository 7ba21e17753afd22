import type { ThreadPool } from '../../threads/thread-pool.ts';
import type { Thread } from '../../threads/thread.ts';
import type { PointOperations, ReaderOperations, WriterOperations } from './database-operations.ts';
import type { ProjectGates } from './project-gates.ts';
import type { QueryOperations } from './query/query-operations.ts';
import type { QueryProcesses } from './query/query-processes.ts';
import type { WriteOperations } from './records/record-operations.ts';

/** What the engine lends to its rooms. */
export interface EngineHost {
  readonly readers: ThreadPool<ReaderOperations>;
  /** For reading what may take for ever. */
  readonly queryProcesses: QueryProcesses<QueryOperations>;
  /** For writing what may take for ever. */
  readonly writeProcesses: QueryProcesses<WriteOperations>;
  /** For whoever is alone behind the project's write gate. */
  readonly writers: ThreadPool<WriterOperations>;
  /** Writes through it are let in by the project's write gate, side by side. */
  pointOf(project: string): Thread<PointOperations>;
  /** Runs an operation on the project's database while its file stays in its place. */
  withDatabase<T>(project: string, operation: (path: string) => Promise<T>): Promise<T>;
  readonly writeGates: ProjectGates;
}
