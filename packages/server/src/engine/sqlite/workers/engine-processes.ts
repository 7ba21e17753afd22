import { moduleBeside } from '../../../runtime/threads/module-beside.ts';
import { KillableProcesses } from '../processes/killable-processes.ts';
import { installedBeside } from '../processes/least-privilege.ts';
import type { ExportMethods } from '../protocol/export-methods.ts';
import type { QueryMethods } from '../protocol/query-methods.ts';
import type { WriteMethods } from '../protocol/record-methods.ts';

/** Two queries of a project at once, four of all, and then four more of projects that have none. */
const QUERY_TURNS = { perQueue: 2, shared: 4, total: 8, waitingPerQueue: 16, waiting: 256 };
/** Of a project one write is under way at any time; clients wait for a write as they do where there are no triggers. */
const WRITE_TURNS = { perQueue: 1, shared: 4, total: 8, waitingPerQueue: 1_000, waiting: 10_000 };
/** One export of a project at once: each has a core for itself where there is one. Whoever asks for them bounds how many wait. */
const EXPORT_TURNS = { perQueue: 1, shared: 2, total: 3, waitingPerQueue: Infinity, waiting: Infinity };

const QUEUE_FULL = 'Too many requests of this project are waiting.';

/** From when on a process gets only what nobody else wants. Most exports are short, and waited for. */
const LONG_STATEMENT_MS = 200;
const LONG_EXPORT_MS = 500;

/** The most memory that processes may take besides what they begin with: of rows, the longest is held several times. */
const STATEMENT_MAX_BYTES = 335_544_320;
const EXPORT_MAX_BYTES = 1_073_741_824;

/** How much longer than a query a write may take: it may be for many rows. */
const WRITE_TIME_FACTOR = 6;

export interface EngineProcessesOptions {
  /** The folder of all project folders. */
  readonly directory: string;
  /** For a query, and for what else is stopped when it takes too long. */
  readonly queryTimeoutMs: number;
  /** The folder in which exports are written. */
  readonly exportDirectory: string;
  readonly exportTimeoutMs: number;
  readonly onThreadCrash: (error: Error) => void;
}

/** Where runs what may take for ever, and can be stopped. */
export interface EngineProcesses {
  readonly queries: KillableProcesses<QueryMethods>;
  readonly writes: KillableProcesses<WriteMethods>;
  readonly exports: KillableProcesses<ExportMethods>;
}

/** None is there before there is work for it. */
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
    // The one that is done is there for the next.
    sparesKept: 0,
    yieldsAfterMs: LONG_EXPORT_MS,
    // It says itself when what it is done with is to be freed.
    nodeOptions: ['--expose-gc'],
    onCrash: onThreadCrash,
  });
  return { queries, writes, exports };
}
