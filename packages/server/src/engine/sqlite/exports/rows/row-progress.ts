import type { ExportProgress } from '../../../project-exports.ts';

const INTERVAL_MS = 200;

/** Counts the written rows and reports the count from time to time. */
export class RowProgress {
  readonly #total: number | null;
  readonly #tell: (progress: ExportProgress) => void;
  #done = 0;
  #toldAt = -Infinity;

  constructor(total: number | null, tell: (progress: ExportProgress) => void) {
    this.#total = total;
    this.#tell = tell;
  }

  get done(): number {
    return this.#done;
  }

  add(rows: number): void {
    this.#done += rows;
    const now = performance.now();
    if (now - this.#toldAt < INTERVAL_MS) return;
    this.#toldAt = now;
    this.#tell({ done: this.#done, total: this.#total, unit: 'rows' });
  }
}
