const INTERVAL_MS = 60_000;

/** Reports errors at most once a minute: if the disk is full, every batch fails. */
export class ThrottledErrors {
  readonly #tell: (error: Error) => void;
  #quietUntilMs = -Infinity;

  constructor(tell: (error: Error) => void) {
    this.#tell = tell;
  }

  report(error: unknown): void {
    if (performance.now() < this.#quietUntilMs) return;
    this.#quietUntilMs = performance.now() + INTERVAL_MS;
    this.#tell(error instanceof Error ? error : new Error(String(error)));
  }

  /** Awaits the work. Reports its error, and rejects with it. */
  async reporting<Result>(work: Promise<Result>): Promise<Result> {
    try {
      return await work;
    } catch (error) {
      this.report(error);
      throw error;
    }
  }
}
