import { setTimeout } from 'node:timers/promises';

import { RowhouseError } from '../../../errors.ts';
import { moduleBeside } from '../../../threads/module-beside.ts';
import { KillableProcess } from './killable-process.ts';
import { ProjectTurns } from './project-turns.ts';
import type { QueryOperations } from './query-operations.ts';

export interface QueryProcessesOptions {
  /** The folder of all project folders. */
  readonly directory: string;
  readonly timeLimitMs: number;
  /** Told when a process ended by a fault of its own; another takes its place. */
  readonly onCrash: (error: Error) => void;
}

/** What one request is run with. */
export type RunOperation = <K extends keyof QueryOperations>(
  operation: K,
  input: QueryOperations[K]['input'],
) => Promise<QueryOperations[K]['output']>;

const TURNS = { perProject: 2, shared: 4, total: 8, waitingPerProject: 16, waiting: 256 };

/**
 * How long a project has one turn less after a query of it has cost a process: to start one takes more of the machine than most
 * queries do, and a client could ask for little else.
 */
const RECOVERY_MS = 500;

/** How many processes wait for work: at least so many once there has been a query, and at most as many as run at once. */
const SPARE_MIN = 1;
const SPARE_MAX = TURNS.shared;

/**
 * The processes in which SQL runs that may take for ever. One that is stopped, or that took much memory, is replaced; a few
 * are kept ready, since one takes longer to start than most queries run.
 */
export class QueryProcesses {
  readonly #options: QueryProcessesOptions;
  readonly #turns = new ProjectTurns(TURNS);
  readonly #lent = new Set<KillableProcess<QueryOperations>>();
  #spare: KillableProcess<QueryOperations>[] = [];
  #closed = false;

  constructor(options: QueryProcessesOptions) {
    this.#options = options;
  }

  /**
   * Lends a process, when it is the project's turn, and not before it is needed: one that waits may die meanwhile.
   * @param signal ends what is under way.
   */
  use<T>(project: string, signal: AbortSignal, work: (run: RunOperation) => Promise<T>): Promise<T> {
    let killed = false;
    const { timeLimitMs } = this.#options;
    const run: RunOperation = async (name, input) => {
      const lent = this.#lend();
      try {
        this.#keepSpares();
        return await lent.request(name, input, { timeLimitMs, signal });
      } finally {
        killed = lent.gone;
        this.#takeBack(lent);
      }
    };
    return this.#turns.use(
      project,
      signal,
      () => work(run),
      async () => {
        if (killed) await setTimeout(RECOVERY_MS, undefined, { ref: false });
      },
    );
  }

  /** Stops everything that runs, and sends away what waits. */
  close(): void {
    this.#closed = true;
    this.#turns.close();
    for (const each of [...this.#lent, ...this.#spare]) each.stop(shuttingDown());
    this.#spare = [];
  }

  #lend(): KillableProcess<QueryOperations> {
    if (this.#closed) throw shuttingDown();
    this.#spare = this.#spare.filter(({ usable }) => usable);
    const lent = this.#spare.pop() ?? this.#start();
    this.#lent.add(lent);
    return lent;
  }

  /** Where there is no room for one more, whoever needs it is told so. */
  #keepSpares(): void {
    try {
      while (this.#spare.length < SPARE_MIN) this.#spare.push(this.#start());
    } catch (error) {
      this.#options.onCrash(error instanceof Error ? error : new Error('no spare', { cause: error }));
    }
  }

  #takeBack(lent: KillableProcess<QueryOperations>): void {
    this.#lent.delete(lent);
    if (lent.usable && this.#spare.length < SPARE_MAX) this.#spare.push(lent);
    else lent.stop(shuttingDown());
  }

  #start(): KillableProcess<QueryOperations> {
    const { directory, onCrash } = this.#options;
    const script = moduleBeside(import.meta.url, 'query-process');
    return new KillableProcess<QueryOperations>({ script, folder: directory, onCrash });
  }
}

function shuttingDown(): RowhouseError {
  return new RowhouseError('unavailable', 'The service is shutting down.');
}
