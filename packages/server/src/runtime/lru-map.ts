/**
 * A map with a maximum number of entries. A new entry evicts one that was unused for long and may be evicted. Uses only
 * update the order while the map is more than half full: below that, no entry has to be evicted soon, and most requests
 * would pay for an unused order.
 */
export class LruMap<Value> {
  readonly #capacity: number;
  readonly #mayGo: (value: Value) => boolean;
  /** The least recently used entries first. */
  readonly #entries = new Map<string, Value>();

  constructor(capacity: number, mayGo: (value: Value) => boolean) {
    this.#capacity = capacity;
    this.#mayGo = mayGo;
  }

  /** Counts as a use. */
  get(key: string): Value | undefined {
    const value = this.#entries.get(key);
    if (value !== undefined && this.#isHalfFull()) this.set(key, value);
    return value;
  }

  peek(key: string): Value | undefined {
    return this.#entries.get(key);
  }

  set(key: string, value: Value): void {
    if (this.#isHalfFull()) this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size > this.#capacity) this.#makeRoom();
  }

  deleteWhere(condition: (key: string, value: Value) => boolean): void {
    for (const [key, value] of this.#entries) {
      if (condition(key, value)) this.#entries.delete(key);
    }
  }

  #isHalfFull(): boolean {
    return this.#entries.size > this.#capacity / 2;
  }

  /** Examines only a few entries. If none of them may be evicted, the map has one entry too many until the next insert. */
  #makeRoom(): void {
    let looks = MAX_LOOKS;
    for (const [key, value] of this.#entries) {
      if (this.#entries.size <= this.#capacity || looks === 0) return;
      looks -= 1;
      this.#entries.delete(key);
      if (!this.#mayGo(value)) this.#entries.set(key, value);
    }
  }
}

const MAX_LOOKS = 8;
