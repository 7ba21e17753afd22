import type { QueueDepth } from './queue-depth.ts';

/** A pool of equal resources. Each is acquired by one caller at a time, in order of arrival. */
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

  /** Runs `operation` with a resource as soon as one is free: synchronously, if one is free now. */
  async use<T>(operation: (thing: Thing) => Promise<T>): Promise<T> {
    const thing = this.#idle.pop() ?? (await this.#nextFree());
    try {
      return await operation(thing);
    } finally {
      this.release(thing);
    }
  }

  /** Resolves with a resource, which the caller must release. */
  async acquire(): Promise<Thing> {
    return this.#idle.pop() ?? this.#nextFree();
  }

  /** Runs `operation` with all resources, after all earlier callers. */
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
