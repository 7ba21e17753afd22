import type { Operations } from './protocol.ts';
import { Thread, type ThreadOptions } from './thread.ts';

/**
 * A few equal threads for long operations: each request goes to an idle thread, or waits its turn in the order of
 * arrival, so that one that takes seconds holds up nobody while another thread is free.
 */
export class ThreadPool<O extends Operations> {
  readonly #threads: readonly Thread<O>[];
  readonly #idle: Thread<O>[];
  readonly #waiting: ((thread: Thread<O>) => void)[] = [];

  constructor(size: number, options: ThreadOptions) {
    this.#threads = Array.from({ length: size }, (_, index) => {
      return new Thread<O>({ ...options, name: `${options.name}-${index + 1}` });
    });
    this.#idle = [...this.#threads];
  }

  async request<K extends keyof O & string>(operation: K, input: O[K]['input']): Promise<O[K]['output']> {
    const thread = this.#idle.pop() ?? (await this.#nextFree());
    try {
      return await thread.request(operation, input);
    } finally {
      this.#giveBack(thread);
    }
  }

  /** The same request to every thread that runs, busy or not; each takes it after what it is doing. */
  async requestAll<K extends keyof O & string>(operation: K, input: O[K]['input']): Promise<void> {
    const running = this.#threads.filter((thread) => thread.started);
    await Promise.all(running.map((thread) => thread.request(operation, input)));
  }

  /** Stops the threads after everything that was asked before is answered. */
  async close(): Promise<void> {
    const threads = await Promise.all(this.#threads.map(async () => this.#idle.pop() ?? this.#nextFree()));
    await Promise.all(threads.map((thread) => thread.close()));
    // Whoever asks from now on is refused by the thread itself.
    for (const thread of threads) this.#giveBack(thread);
  }

  #nextFree(): Promise<Thread<O>> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #giveBack(thread: Thread<O>): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(thread);
    else next(thread);
  }
}
