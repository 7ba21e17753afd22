import type { QueueDepth } from '../queue-depth.ts';
import { ResourcePool } from '../resource-pool.ts';
import type { RpcMethods } from './protocol.ts';
import { Thread, type ThreadOptions } from './thread.ts';

/**
 * A pool of equal threads for long operations. Each request runs on an idle thread or waits in order of arrival, so a long
 * operation delays no other while another thread is idle.
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

  /** Sends the same request to every running thread, busy or not. Each thread runs it after its current operation. */
  async requestAll<K extends keyof O & string>(operation: K, input: O[K]['input']): Promise<void> {
    const running = this.#threads.filter((thread) => thread.started);
    await Promise.all(running.map((thread) => thread.request(operation, input)));
  }

  /** Stops the threads after all earlier requests are answered. The threads refuse later requests. */
  async close(): Promise<void> {
    await this.#pool.useAll(async (threads) => {
      await Promise.all(threads.map((thread) => thread.close()));
    });
  }
}
