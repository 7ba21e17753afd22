import type { QueueDepth } from '../queue-depth.ts';
import { ResourcePool } from '../resource-pool.ts';
import type { RpcMethods } from './protocol.ts';
import { Thread, type ThreadOptions } from './thread.ts';

/**
 * A few equal threads for long operations: each request goes to an idle thread, or waits its turn in the order of
 * arrival, so that one that takes seconds holds up nobody while another thread is free.
 */
export class ThreadPool<O extends RpcMethods> {
  readonly #threads: readonly Thread<O>[];
  readonly #pool: ResourcePool<Thread<O>>;

  constructor(size: number, options: ThreadOptions) {
    this.#threads = Array.from({ length: size }, (_, index) => {
      return new Thread<O>({ ...options, name: `${options.name}-${index + 1}` });
    });
    this.#pool = new ResourcePool(this.#threads);
  }

  get depth(): QueueDepth {
    return this.#pool.depth;
  }

  request<K extends keyof O & string>(operation: K, input: O[K]['input']): Promise<O[K]['output']> {
    return this.#pool.use((thread) => thread.request(operation, input));
  }

  /** The same request to every thread that runs, busy or not; each takes it after what it is doing. */
  async requestAll<K extends keyof O & string>(operation: K, input: O[K]['input']): Promise<void> {
    const running = this.#threads.filter((thread) => thread.started);
    await Promise.all(running.map((thread) => thread.request(operation, input)));
  }

  /** Stops the threads after everything that was asked before is answered; what is asked later, they refuse themselves. */
  async close(): Promise<void> {
    await this.#pool.useAll(async (threads) => {
      await Promise.all(threads.map((thread) => thread.close()));
    });
  }
}
