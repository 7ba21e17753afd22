/** The worker that must run an operation: a thread of a pool, or a process that can be stopped. */
export type NextWorker = 'reader' | 'writer' | 'process';

/**
 * A worker's answer: the operation's result, or which other worker must run the operation. In the second case, the operation
 * has had no effect.
 */
export type Routed<Result, Worker extends NextWorker = NextWorker> = Done<Result> | Needs<Worker>;

interface Done<Result> {
  readonly kind: 'done';
  readonly result: Result;
}

interface Needs<Worker extends NextWorker> {
  readonly kind: 'needs';
  readonly worker: Worker;
}

export function done<Result>(result: Result): Done<Result> {
  return { kind: 'done', result };
}

export function needs<Worker extends NextWorker>(worker: Worker): Needs<Worker> {
  return { kind: 'needs', worker };
}
