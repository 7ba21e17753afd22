import { moduleBeside } from '../../../runtime/threads/module-beside.ts';
import { KillableProcesses } from '../processes/killable-processes.ts';
import { installedBeside } from '../processes/least-privilege.ts';
import type { ExportMethods } from '../protocol/export-methods.ts';
import type { QueryMethods } from '../protocol/query-methods.ts';
import type { WriteMethods } from '../protocol/record-methods.ts';

/** Two queries of a project at once and four in all, plus four of projects without a running query. */
const QUERY_TURNS = { perQueue: 2, shared: 4, total: 8, waitingPerQueue: 16, waiting: 256 };
/** One write of a project at a time. Clients wait as long as for writes without triggers. */
const WRITE_TURNS = { perQueue: 1, shared: 4, total: 8, waitingPerQueue: 1_000, waiting: 10_000 };
/** One export of a project at a time. Each uses one core. The export jobs limit how many wait. */
const EXPORT_TURNS = { perQueue: 1, shared: 2, total: 3, waitingPerQueue: Infinity, waiting: Infinity };

const QUEUE_FULL = 'Too many requests of this project are waiting.';

/** After this time a process gets the lowest CPU priority. Most exports are shorter, and clients wait for them. */
const LONG_STATEMENT_MS = 200;
const LONG_EXPORT_MS = 500;

/** The memory limit of a process in addition to the memory at its start. The longest row is held several times. */
const STATEMENT_MAX_BYTES = 335_544_320;
const EXPORT_MAX_BYTES = 1_073_741_824;

/** The time limit of a write as a multiple of a query's: a write may change many rows. */
const WRITE_TIME_FACTOR = 6;

export interface EngineProcessesOptions {
  /** The parent folder of all project folders. */
  readonly directory: string;
  /** The time limit of a query; the limits of other work derive from it. */
  readonly queryTimeoutMs: number;
  /** The folder for exports. */
  readonly exportDirectory: string;
  readonly exportTimeoutMs: number;
  readonly onThreadCrash: (error: Error) => void;
}

/** Processes for work that may run without end and can be killed. */
export interface EngineProcesses {
  readonly queries: KillableProcesses<QueryMethods>;
  readonly writes: KillableProcesses<WriteMethods>;
  readonly exports: KillableProcesses<ExportMethods>;
}

/** A process is started only when there is work for it. */
export function startProcesses(options: EngineProcessesOptions): EngineProcesses {
  const { onThreadCrash } = options;
  const read = [options.directory];
  const queries = new KillableProcesses<QueryMethods>({
    work: 'query',
    script: moduleBeside(import.meta.url, 'query-process'),
    privileges: { read, write: [], maxGrowthBytes: STATEMENT_MAX_BYTES },
    timeLimitMs: options.queryTimeoutMs,
    turns: { ...QUERY_TURNS, queueFullMessage: QUEUE_FULL },
    sparesKept: 1,
    yieldsAfterMs: LONG_STATEMENT_MS,
    onCrash: onThreadCrash,
  });
  const writes = new KillableProcesses<WriteMethods>({
    work: 'write',
    script: moduleBeside(import.meta.url, 'write-process'),
    privileges: { read, write: read, maxGrowthBytes: STATEMENT_MAX_BYTES },
    timeLimitMs: options.queryTimeoutMs * WRITE_TIME_FACTOR,
    turns: { ...WRITE_TURNS, queueFullMessage: QUEUE_FULL },
    sparesKept: 1,
    yieldsAfterMs: LONG_STATEMENT_MS,
    onCrash: onThreadCrash,
  });
  const exports = new KillableProcesses<ExportMethods>({
    work: 'export',
    script: moduleBeside(import.meta.url, 'export-process'),
    privileges: {
      read: [...read, options.exportDirectory, installedBeside('yazl')],
      write: [options.exportDirectory],
      maxGrowthBytes: EXPORT_MAX_BYTES,
    },
    timeLimitMs: options.exportTimeoutMs,
    turns: { ...EXPORT_TURNS, queueFullMessage: QUEUE_FULL },
    // A finished process serves the next request.
    sparesKept: 0,
    yieldsAfterMs: LONG_EXPORT_MS,
    // The process runs the garbage collector itself.
    nodeOptions: ['--expose-gc'],
    onCrash: onThreadCrash,
  });
  return { queries, writes, exports };
}
