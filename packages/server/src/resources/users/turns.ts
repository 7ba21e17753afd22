import { RowhouseError } from '../../core/errors.ts';

export interface SchedulerLimits {
  readonly atOnce: number;
  readonly waiting: number;
}

/**
 * Lets so many pieces of work run at once. Those of one line come in the order of their arrival; where several lines wait, each
 * in its turn, so that a long one keeps nobody of another from coming up. When too many wait in a line, its next is refused.
 */
export class Turns<Line extends string> {
  readonly #limits: SchedulerLimits;
  /** The lines in which somebody waits: the one that was served longest ago first. */
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

  /** Whoever is next takes over the place, so that nobody comes in between. */
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
