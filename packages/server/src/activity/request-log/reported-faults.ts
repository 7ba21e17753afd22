const INTERVAL_MS = 60_000;

/** Reports faults at most once a minute: if the disk is full, every batch fails. */
export class ReportedFaults {
  readonly #tell: (fault: Error) => void;
  #quietUntilMs = -Infinity;

  constructor(tell: (fault: Error) => void) {
    this.#tell = tell;
  }

  report(fault: unknown): void {
    if (performance.now() < this.#quietUntilMs) return;
    this.#quietUntilMs = performance.now() + INTERVAL_MS;
    this.#tell(fault instanceof Error ? fault : new Error(String(fault)));
  }

  /** Reports a failure of the work, and rejects with it. */
  async reporting<Result>(work: Promise<Result>): Promise<Result> {
    try {
      return await work;
    } catch (fault) {
      this.report(fault);
      throw fault;
    }
  }
}
