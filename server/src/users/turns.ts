import { RowhouseError } from '../errors.ts';

export interface TurnLimits {
  readonly atOnce: number;
  readonly waiting: number;
}

/** Lets so many pieces of work run at once, in the order of their arrival. When too many wait, the next is refused. */
export class Turns {
  readonly #limits: TurnLimits;
  readonly #queue: (() => void)[] = [];
  #running = 0;

  constructor(limits: TurnLimits) {
    this.#limits = limits;
  }

  /** @throws RowhouseError `rate_limited`. */
  async take<Result>(work: () => Promise<Result>): Promise<Result> {
    await this.#enter();
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  async #enter(): Promise<void> {
    if (this.#running < this.#limits.atOnce) {
      this.#running++;
      return;
    }
    if (this.#queue.length >= this.#limits.waiting) {
      throw new RowhouseError('rate_limited', 'Too many passwords wait to be checked.', {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      });
    }
    await new Promise<void>((resolve) => this.#queue.push(resolve));
  }

  /** Whoever is next takes over the place, so that nobody comes in between. */
  #leave(): void {
    const next = this.#queue.shift();
    if (next === undefined) this.#running--;
    else next();
  }
}

const RETRY_AFTER_SECONDS = 5;
