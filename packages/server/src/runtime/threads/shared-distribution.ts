/** How often values fell between bounds: `counts` has one more than `bounds`, for those above the last. */
export interface Distribution {
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
  readonly sum: number;
}

/**
 * A distribution of whole numbers that one thread counts and another reads, in memory that both have: no message, and what a
 * thread counted before it died stays.
 */
export class SharedDistribution {
  readonly memory: SharedArrayBuffer;
  readonly #bounds: readonly number[];
  /** The counts, and then the sum. */
  readonly #cells: BigUint64Array;

  /** @param memory of the one on the other thread, which has the same bounds; without it, new. */
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
