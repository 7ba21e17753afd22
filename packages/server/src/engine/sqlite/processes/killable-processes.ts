import { setTimeout } from 'node:timers/promises';

import { RowhouseError } from '../../../core/errors.ts';
import { FairScheduler, type SchedulerOptions } from '../../../runtime/fair-scheduler.ts';
import type { QueueDepth } from '../../../runtime/queue-depth.ts';
import type { RpcMethods } from '../../../runtime/threads/protocol.ts';
import { KillableProcess, type KillableProcessOptions } from './killable-process.ts';

export interface KillableProcessesOptions extends KillableProcessOptions {
  readonly turns: SchedulerOptions;
  /** The minimum of idle processes after the first request. The maximum is the number of requests that may run at once. */
  readonly sparesKept: number;
  readonly timeLimitMs: number;
}

/** Runs one request in the process. */
export type CallProcess<O extends RpcMethods> = <K extends keyof O & string>(
  operation: K,
  input: O[K]['input'],
  onProgress?: (progress: unknown) => void,
) => Promise<O[K]['output']>;

/**
 * How long a project has one turn less after its work has cost a process, in milliseconds. Starting a process takes more CPU time than
 * most queries, so a client could otherwise keep the machine busy with starts.
 */
const RECOVERY_MS = 500;

/**
 * Processes for SQL that may run without end. A process that was killed or used much memory is replaced. A few idle ones are kept,
 * because starting one takes longer than most queries.
 */
export class KillableProcesses<O extends RpcMethods> {
  readonly #options: KillableProcessesOptions;
  readonly #turns: FairScheduler;
  readonly #acquired = new Set<KillableProcess<O>>();
  #spare: KillableProcess<O>[] = [];
  #closed = false;

  constructor(options: KillableProcessesOptions) {
    this.#options = options;
    this.#turns = new FairScheduler(options.turns);
  }

  get depth(): QueueDepth {
    return this.#turns.depth;
  }

  /**
   * Runs `work` with a process when it is the project's turn. The process is taken only when `work` needs it: an idle one may die.
   * @param signal aborts the request that is running.
   */
  use<T>(project: string, signal: AbortSignal, work: (run: CallProcess<O>) => Promise<T>): Promise<T> {
    let killed = false;
    const { timeLimitMs } = this.#options;
    const run: CallProcess<O> = async (name, input, onProgress) => {
      const acquired = this.#acquire();
      try {
        this.#keepSpares();
        return await acquired.request(name, input, { timeLimitMs, signal, onProgress });
      } finally {
        killed = acquired.hasEnded;
        this.#release(acquired);
      }
    };
    const recovery = async () => {
      if (killed) await setTimeout(RECOVERY_MS, undefined, { ref: false });
    };
    return this.#turns.use(project, () => work(run), { signal, recovery });
  }

  /** Stops all running requests and rejects all waiting ones. */
  close(): void {
    this.#closed = true;
    this.#turns.close();
    for (const each of [...this.#acquired, ...this.#spare]) each.stop(shuttingDown());
    this.#spare = [];
  }

  #acquire(): KillableProcess<O> {
    if (this.#closed) throw shuttingDown();
    this.#spare = this.#spare.filter(({ usable }) => usable);
    const acquired = this.#spare.pop() ?? this.#start();
    this.#acquired.add(acquired);
    return acquired;
  }

  /** If no process can be started, the request that needs one reports it. */
  #keepSpares(): void {
    try {
      while (this.#spare.length < this.#options.sparesKept) this.#spare.push(this.#start());
    } catch (error) {
      this.#options.onCrash(error instanceof Error ? error : new Error('no spare', { cause: error }));
    }
  }

  #release(acquired: KillableProcess<O>): void {
    this.#acquired.delete(acquired);
    if (acquired.usable && this.#spare.length < this.#options.turns.shared) this.#spare.push(acquired);
    else acquired.stop(shuttingDown());
  }

  #start(): KillableProcess<O> {
    return new KillableProcess<O>(this.#options);
  }
}

function shuttingDown(): RowhouseError {
  return new RowhouseError('unavailable', 'The service is shutting down.');
}
