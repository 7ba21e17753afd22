import { RowhouseError } from '../../core/errors.ts';

export interface SchedulerLimits {
  readonly atOnce: number;
  readonly waiting: number;
}

/**
 * Runs a limited number of operations at once. The operations of a queue run in order of arrival. If several queues wait,
 * they take turns, so a long queue does not block another. If too many operations wait in a queue, it refuses the next.
 */
export class Turns<Line extends string> {
  readonly #limits: SchedulerLimits;
  /** The queues with waiting operations, the least recently served first. */
  readonly #lines = new Map<Line, (() => void)[]>();
  #running = 0;

  constructor(limits: SchedulerLimits) {
    this.#limits = limits;
  }

  /** @throws RowhouseError `rate_limited`. */
  async take<Result>(line: Line, work: () => Promise<Result>): Promise<Result> {
    await this.#enter(line);
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  async #enter(line: Line): Promise<void> {
    if (this.#running < this.#limits.atOnce) {
      this.#running++;
      return;
    }
    const waiting = this.#lines.get(line) ?? [];
    if (waiting.length >= this.#limits.waiting) {
      throw new RowhouseError('rate_limited', 'Too many logins are waiting.', {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      });
    }
    this.#lines.set(line, waiting);
    await new Promise<void>((resolve) => waiting.push(resolve));
  }

  /** Passes the slot directly to the next operation, so no other can take it. */
  #leave(): void {
    const [next] = this.#lines;
    if (next === undefined) {
      this.#running--;
      return;
    }
    const [line, waiting] = next;
    this.#lines.delete(line);
    const enter = waiting.shift();
    if (waiting.length > 0) this.#lines.set(line, waiting);
    enter?.();
  }
}

const RETRY_AFTER_SECONDS = 5;
