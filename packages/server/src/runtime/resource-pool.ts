import type { QueueDepth } from './queue-depth.ts';

/** A few equal things, each lent to one user at a time, in the order in which the users came. */
export class ResourcePool<Thing> {
  readonly #things: readonly Thing[];
  readonly #idle: Thing[];
  readonly #waiting: ((thing: Thing) => void)[] = [];

  constructor(things: readonly Thing[]) {
    this.#things = things;
    this.#idle = [...things];
  }

  get depth(): QueueDepth {
    return { running: this.#things.length - this.#idle.length, waiting: this.#waiting.length };
  }

  /** Runs `operation` with one of them, as soon as one is free: at once, in this very turn, where one is. */
  async use<T>(operation: (thing: Thing) => Promise<T>): Promise<T> {
    const thing = this.#idle.pop() ?? (await this.#nextFree());
    try {
      return await operation(thing);
    } finally {
      this.release(thing);
    }
  }

  /** Lends one of them until it is given back. */
  async acquire(): Promise<Thing> {
    return this.#idle.pop() ?? this.#nextFree();
  }

  /** Runs `operation` with all of them, after everybody who came before. */
  async useAll(operation: (things: readonly Thing[]) => Promise<void>): Promise<void> {
    const things = await Promise.all(this.#things.map(async () => this.#idle.pop() ?? this.#nextFree()));
    try {
      await operation(things);
    } finally {
      for (const thing of things) this.release(thing);
    }
  }

  release(thing: Thing): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(thing);
    else next(thing);
  }

  #nextFree(): Promise<Thing> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
