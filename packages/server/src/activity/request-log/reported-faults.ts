const INTERVAL_MS = 60_000;

/** Tells of faults, not more often than once a minute: where the disk is full, there is one with each batch. */
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

  /** Where the work fails, that is told, and it fails still. */
  async reporting<Result>(work: Promise<Result>): Promise<Result> {
    try {
      return await work;
    } catch (fault) {
      this.report(fault);
      throw fault;
    }
  }
}
