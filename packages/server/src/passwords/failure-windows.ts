/** The failures of one key since `endsAtMs` minus ten minutes. */
export interface FailureWindow {
  readonly failures: number;
  /** In milliseconds since 1970. */
  readonly endsAtMs: number;
}

const WINDOW_MS = 600_000;

/**
 * Counts failures by key, each for ten minutes after the first failure. When too many keys are counted, the oldest count is
 * forgotten.
 */
export class FailureWindows {
  readonly #capacity: number;
  /** In order of the windows' end. */
  readonly #windows = new Map<string, FailureWindow>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Returns the key's window, with no failures if none was counted. */
  get(key: string): FailureWindow {
    const now = Date.now();
    this.#forgetEnded(now);
    return this.#windows.get(key) ?? { failures: 0, endsAtMs: now + WINDOW_MS };
  }

  add(key: string): void {
    const { failures, endsAtMs } = this.get(key);
    this.#windows.set(key, { failures: failures + 1, endsAtMs });
    const [oldest] = this.#windows.keys();
    if (oldest !== undefined && this.#windows.size > this.#capacity) this.#windows.delete(oldest);
  }

  /** Takes one failure back. */
  subtract(key: string): void {
    const { failures, endsAtMs } = this.get(key);
    if (failures > 1) this.#windows.set(key, { failures: failures - 1, endsAtMs });
    else this.#windows.delete(key);
  }

  /** Takes all failures back. */
  reset(key: string): void {
    this.#windows.delete(key);
  }

  #forgetEnded(now: number): void {
    for (const [key, { endsAtMs }] of this.#windows) {
      if (endsAtMs > now) return;
      this.#windows.delete(key);
    }
  }
}
