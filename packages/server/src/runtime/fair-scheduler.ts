import { RowhouseError } from '../core/errors.ts';
import type { QueueDepth } from './queue-depth.ts';

export interface SchedulerLimits {
  /** The maximum number of running operations of one project. */
  readonly perProject: number;
  /** The number of running operations above which only projects without a running operation may start one. */
  readonly shared: number;
  /** The maximum number of running operations in all. */
  readonly total: number;
  /** The maximum number of waiting operations of one project. */
  readonly waitingPerProject: number;
  /** The maximum number of waiting operations in all. */
  readonly waiting: number;
}

/**
 * Schedules operations fairly: projects take turns, whatever the length of their queues, and some capacity is reserved for
 * projects with nothing running. So one project's operations do not delay another's.
 */
export class FairScheduler {
  readonly #limits: SchedulerLimits;
  readonly #running = new Map<string, number>();
  /** By project, in the order of their turns. */
  readonly #queues = new Map<string, Set<Waiter>>();
  #total = 0;
  #waiting = 0;
  #closed = false;

  constructor(limits: SchedulerLimits) {
    this.#limits = limits;
  }

  get depth(): QueueDepth {
    return { running: this.#total, waiting: this.#waiting };
  }

  /**
   * Runs `operation` when it is the project's turn. The turn ends when `recovery`, called afterwards, resolves. The caller
   * gets the result before that.
   * @param signal cancels the wait.
   */
  async use<T>(
    project: string,
    signal: AbortSignal,
    operation: () => Promise<T>,
    recovery: () => Promise<void> = noRecovery,
  ): Promise<T> {
    signal.throwIfAborted();
    if (this.#closed) throw shuttingDown();
    if (this.#mayRun(project)) this.#admit(project);
    else await this.#wait(project, signal);
    try {
      return await operation();
    } finally {
      void recovery().finally(() => this.#leave(project));
    }
  }

  /** Rejects all waiting operations and refuses new ones. */
  close(): void {
    this.#closed = true;
    for (const queue of this.#queues.values()) {
      for (const waiter of queue) waiter.reject(shuttingDown());
    }
    this.#queues.clear();
  }

  #mayRun(project: string): boolean {
    const running = this.#running.get(project) ?? 0;
    const { perProject, shared, total } = this.#limits;
    return running < perProject && this.#total < (running === 0 ? total : shared);
  }

  #admit(project: string): void {
    this.#running.set(project, (this.#running.get(project) ?? 0) + 1);
    this.#total += 1;
  }

  #leave(project: string): void {
    const running = (this.#running.get(project) ?? 0) - 1;
    if (running > 0) this.#running.set(project, running);
    else this.#running.delete(project);
    this.#total -= 1;
    this.#admitWaiting();
  }

  #admitWaiting(): void {
    for (let next = this.#nextProject(); next !== undefined; next = this.#nextProject()) {
      const [project, queue] = next;
      const [waiter] = queue;
      if (waiter === undefined) return;
      this.#dequeue(project, waiter);
      // The project moves to the end of the order.
      if (this.#queues.delete(project) && queue.size > 0) this.#queues.set(project, queue);
      this.#admit(project);
      waiter.resolve();
    }
  }

  #nextProject(): readonly [string, Set<Waiter>] | undefined {
    return [...this.#queues].find(([project]) => this.#mayRun(project));
  }

  async #wait(project: string, signal: AbortSignal): Promise<void> {
    const queue = this.#queues.get(project) ?? new Set();
    if (queue.size >= this.#limits.waitingPerProject) throw tooManyOfProject();
    if (this.#waiting >= this.#limits.waiting) throw tooManyOfAll();
    this.#queues.set(project, queue);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter: Waiter = { resolve, reject };
    queue.add(waiter);
    this.#waiting += 1;
    const cancel = () => {
      this.#dequeue(project, waiter);
      reject(signal.reason);
    };
    signal.addEventListener('abort', cancel, { once: true });
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  #dequeue(project: string, waiter: Waiter): void {
    const queue = this.#queues.get(project);
    if (queue?.delete(waiter) === true) this.#waiting -= 1;
    if (queue?.size === 0) this.#queues.delete(project);
  }
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

function noRecovery(): Promise<void> {
  return Promise.resolve();
}

function shuttingDown(): RowhouseError {
  return new RowhouseError('unavailable', 'The service is shutting down.');
}

/** About the time in which a full queue becomes half empty. */
const RETRY_AFTER_SECONDS = 5;

function tooManyOfProject(): RowhouseError {
  return new RowhouseError('rate_limited', 'Too many requests of this project are waiting.', {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
}

function tooManyOfAll(): RowhouseError {
  return new RowhouseError('unavailable', 'Too many requests are waiting.', {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
}
