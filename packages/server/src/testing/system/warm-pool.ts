/** Longer than the pause between two tests of a process. */
const IDLE_MS = 500;

// A test may mock the timers while it holds a resource.
const { setTimeout, clearTimeout } = globalThis;

/**
 * Lends resources that are expensive to start, such as servers, each to one test at a time. Closes the resources that no test has used for
 * half a second, because an open resource keeps the process alive.
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
