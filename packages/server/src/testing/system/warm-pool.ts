/** Longer than the pause between two tests of a process. */
const IDLE_MS = 500;

// A test may mock the timers while it borrows.
const { setTimeout, clearTimeout } = globalThis;

/**
 * Keeps what is expensive to start, so that one test after another uses it. No two have the same one at once. Those that no
 * test has used for half a second are closed, because the process cannot end before.
 */
export class WarmPool<Resource extends AsyncDisposable> {
  readonly #start: () => Promise<Resource>;
  readonly #idle: Resource[] = [];
  #closing: NodeJS.Timeout | undefined;

  constructor(start: () => Promise<Resource>) {
    this.#start = start;
  }

  async take(): Promise<Resource> {
    clearTimeout(this.#closing);
    return this.#idle.pop() ?? (await this.#start());
  }

  giveBack(resource: Resource): void {
    this.#idle.push(resource);
    clearTimeout(this.#closing);
    this.#closing = setTimeout(() => void this.#closeAll(), IDLE_MS);
  }

  async #closeAll(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((resource) => resource[Symbol.asyncDispose]()));
  }
}
