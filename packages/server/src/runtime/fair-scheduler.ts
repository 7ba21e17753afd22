import { RowhouseError } from '../core/errors.ts';
import type { QueueDepth } from './queue-depth.ts';

export interface SchedulerLimits {
  /** The maximum number of running operations of one queue. */
  readonly perQueue: number;
  /** The number of running operations above which only queues without a running operation may start one. */
  readonly shared: number;
  /** The maximum number of running operations in all. */
  readonly total: number;
  /** The maximum number of waiting operations of one queue. */
  readonly waitingPerQueue: number;
  /** The maximum number of waiting operations in all. */
  readonly waiting: number;
}

export interface SchedulerOptions extends SchedulerLimits {
  /** The error message for an operation that finds its queue full. */
  readonly queueFullMessage: string;
}

export interface OperationOptions {
  /** Cancels the wait. */
  readonly signal?: AbortSignal;
  /** Runs after the operation. The operation's place is free when this resolves, while the caller gets the result before. */
  readonly recovery?: () => Promise<void>;
}

/**
 * Schedules operations fairly. Each queue, such as a project's, takes turns with the others, whatever their lengths, and some
 * capacity is reserved for queues with nothing running. So one queue's operations do not delay another's. When too many wait in
 * all, the longest queue loses its last operation to a queue that stays shorter.
 */
export class FairScheduler {
  readonly #options: SchedulerOptions;
  readonly #running = new Map<string, number>();
  /** In the order of their turns. */
  readonly #queues = new Map<string, Set<Waiter>>();
  #total = 0;
  #waiting = 0;
  #closed = false;

  constructor(options: SchedulerOptions) {
    this.#options = options;
  }

  get depth(): QueueDepth {
    return { running: this.#total, waiting: this.#waiting };
  }

  /**
   * Runs `operation` when it is the queue's turn.
   * @throws RowhouseError `rate_limited` if the queue is full, or loses this operation; `unavailable` if all are full, or after
   * `close`.
   */
  async use<T>(queue: string, operation: () => Promise<T>, options: OperationOptions = {}): Promise<T> {
    const { signal, recovery } = options;
    signal?.throwIfAborted();
    if (this.#closed) throw shuttingDown();
    if (this.#mayRun(queue)) this.#admit(queue);
    else await this.#wait(queue, signal);
    try {
      return await operation();
    } finally {
      if (recovery === undefined) this.#leave(queue);
      else void recovery().finally(() => this.#leave(queue));
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

  #mayRun(name: string): boolean {
    const running = this.#running.get(name) ?? 0;
    const { perQueue, shared, total } = this.#options;
    return running < perQueue && this.#total < (running === 0 ? total : shared);
  }

  #admit(name: string): void {
    this.#running.set(name, (this.#running.get(name) ?? 0) + 1);
    this.#total += 1;
  }

  #leave(name: string): void {
    const running = (this.#running.get(name) ?? 0) - 1;
    if (running > 0) this.#running.set(name, running);
    else this.#running.delete(name);
    this.#total -= 1;
    this.#admitWaiting();
  }

  #admitWaiting(): void {
    for (let next = this.#nextQueue(); next !== undefined; next = this.#nextQueue()) {
      const [name, queue] = next;
      const [waiter] = queue;
      if (waiter === undefined) return;
      this.#dequeue(name, waiter);
      // The queue moves to the end of the order.
      if (this.#queues.delete(name) && queue.size > 0) this.#queues.set(name, queue);
      this.#admit(name);
      waiter.resolve();
    }
  }

  #nextQueue(): readonly [string, Set<Waiter>] | undefined {
    return [...this.#queues].find(([name]) => this.#mayRun(name));
  }

  async #wait(name: string, signal: AbortSignal | undefined): Promise<void> {
    const queue = this.#queues.get(name) ?? new Set();
    if (queue.size >= this.#options.waitingPerQueue) throw this.#queueFull();
    if (this.#waiting >= this.#options.waiting && !this.#makeRoom(queue.size)) throw allFull();
    this.#queues.set(name, queue);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter: Waiter = { resolve, reject };
    queue.add(waiter);
    this.#waiting += 1;
    const cancel = () => {
      this.#dequeue(name, waiter);
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      await promise;
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** Refuses the last operation of the longest queue, if a queue of this size stays shorter. Returns whether it did. */
  #makeRoom(size: number): boolean {
    let longest: readonly [name: string, queue: ReadonlySet<Waiter>] = ['', new Set()];
    for (const entry of this.#queues) {
      if (entry[1].size > longest[1].size) longest = entry;
    }
    const [name, queue] = longest;
    const last = [...queue].at(-1);
    if (last === undefined || queue.size <= size + 1) return false;
    this.#dequeue(name, last);
    last.reject(this.#queueFull());
    return true;
  }

  #dequeue(name: string, waiter: Waiter): void {
    const queue = this.#queues.get(name);
    if (queue?.delete(waiter) === true) this.#waiting -= 1;
    if (queue?.size === 0) this.#queues.delete(name);
  }

  #queueFull(): RowhouseError {
    const retry = { retryAfterSeconds: RETRY_AFTER_SECONDS };
    return new RowhouseError('rate_limited', this.#options.queueFullMessage, retry);
  }
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** Returns the error of an operation that a shutdown ends or prevents. */
export function shuttingDown(): RowhouseError {
  return new RowhouseError('unavailable', 'The service is shutting down.');
}

/** About the time in which a full queue becomes half empty. */
const RETRY_AFTER_SECONDS = 5;

function allFull(): RowhouseError {
  return new RowhouseError('unavailable', 'Too many requests are waiting.', {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
}
