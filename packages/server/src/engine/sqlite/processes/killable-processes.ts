import { setTimeout } from 'node:timers/promises';

import { RowhouseError } from '../../../core/errors.ts';
import { FairScheduler, type SchedulerOptions } from '../../../runtime/fair-scheduler.ts';
import type { QueueDepth } from '../../../runtime/queue-depth.ts';
import type { RpcMethods } from '../../../runtime/threads/protocol.ts';
import { KillableProcess, type KillableProcessOptions } from './killable-process.ts';

export interface KillableProcessesOptions extends KillableProcessOptions {
  readonly turns: SchedulerOptions;
  /** How many wait for work at least, once there has been some; at most it is as many as run at once. */
  readonly sparesKept: number;
  readonly timeLimitMs: number;
}

/** What one request is run with. */
export type CallProcess<O extends RpcMethods> = <K extends keyof O & string>(
  operation: K,
  input: O[K]['input'],
  onProgress?: (progress: unknown) => void,
) => Promise<O[K]['output']>;

/**
 * How long a project has one turn less after work of its own has cost a process: to start one takes more of the machine than most
 * queries do, and a client could ask for little else.
 */
const RECOVERY_MS = 500;

/**
 * The processes in which SQL runs that may take for ever. One that is stopped, or that took much memory, is replaced; a few
 * are kept ready, since one takes longer to start than most queries run.
 */
export class KillableProcesses<O extends RpcMethods> {
  readonly #options: KillableProcessesOptions;
  readonly #turns: FairScheduler;
  readonly #lent = new Set<KillableProcess<O>>();
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
   * Lends a process, when it is the project's turn, and not before it is needed: one that waits may die meanwhile.
   * @param signal ends what is under way.
   */
  use<T>(project: string, signal: AbortSignal, work: (run: CallProcess<O>) => Promise<T>): Promise<T> {
    let killed = false;
    const { timeLimitMs } = this.#options;
    const run: CallProcess<O> = async (name, input, onProgress) => {
      const lent = this.#lend();
      try {
        this.#keepSpares();
        return await lent.request(name, input, { timeLimitMs, signal, onProgress });
      } finally {
        killed = lent.gone;
        this.#takeBack(lent);
      }
    };
    const recovery = async () => {
      if (killed) await setTimeout(RECOVERY_MS, undefined, { ref: false });
    };
    return this.#turns.use(project, () => work(run), { signal, recovery });
  }

  /** Stops everything that runs, and sends away what waits. */
  close(): void {
    this.#closed = true;
    this.#turns.close();
    for (const each of [...this.#lent, ...this.#spare]) each.stop(shuttingDown());
    this.#spare = [];
  }

  #lend(): KillableProcess<O> {
    if (this.#closed) throw shuttingDown();
    this.#spare = this.#spare.filter(({ usable }) => usable);
    const lent = this.#spare.pop() ?? this.#start();
    this.#lent.add(lent);
    return lent;
  }

  /** Where there is no room for one more, whoever needs it is told so. */
  #keepSpares(): void {
    try {
      while (this.#spare.length < this.#options.sparesKept) this.#spare.push(this.#start());
    } catch (error) {
      this.#options.onCrash(error instanceof Error ? error : new Error('no spare', { cause: error }));
    }
  }

  #takeBack(lent: KillableProcess<O>): void {
    this.#lent.delete(lent);
    if (lent.usable && this.#spare.length < this.#options.turns.shared) this.#spare.push(lent);
    else lent.stop(shuttingDown());
  }

  #start(): KillableProcess<O> {
    return new KillableProcess<O>(this.#options);
  }
}

function shuttingDown(): RowhouseError {
  return new RowhouseError('unavailable', 'The service is shutting down.');
}
