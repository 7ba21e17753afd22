/** A histogram: `counts` has one more entry than `bounds`, for values above the last bound. */
export interface Distribution {
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
  readonly sum: number;
}

/**
 * A histogram of whole numbers in shared memory, which one thread writes and another reads. This needs no message, and the
 * counts survive the thread.
 */
export class SharedDistribution {
  readonly memory: SharedArrayBuffer;
  readonly #bounds: readonly number[];
  /** The counts, followed by the sum. */
  readonly #cells: BigUint64Array;

  /** @param memory of the other thread's instance, with the same bounds; new memory by default. */
  constructor(
    bounds: readonly number[],
    memory = new SharedArrayBuffer((bounds.length + 2) * BigUint64Array.BYTES_PER_ELEMENT),
  ) {
    this.#bounds = bounds;
    this.memory = memory;
    this.#cells = new BigUint64Array(memory);
  }

  observe(value: number): void {
    const bound = this.#bounds.findIndex((limit) => value <= limit);
    Atomics.add(this.#cells, bound === -1 ? this.#bounds.length : bound, 1n);
    Atomics.add(this.#cells, this.#bounds.length + 1, BigInt(value));
  }

  read(): Distribution {
    const cells = Array.from(this.#cells, (_, index) => Number(Atomics.load(this.#cells, index)));
    return { bounds: this.#bounds, counts: cells.slice(0, -1), sum: cells.at(-1) ?? 0 };
  }
}
