export interface LruOptions<Value> {
  /** The maximum number of entries. */
  readonly capacity: number;
  /** Returns whether an entry may be evicted. By default, every entry may. */
  readonly mayEvict?: (value: Value) => boolean;
  /** Called for each evicted entry. */
  readonly onEvict?: (value: Value) => void;
}

/**
 * A map that evicts its least recently used entries. A use changes the order only while the map is more than half full: below
 * that, no eviction is near, and most requests would pay for an unused order.
 */
export class LruMap<Key, Value> {
  readonly #options: LruOptions<Value>;
  /** The least recently used entries first. */
  readonly #entries = new Map<Key, Value>();

  constructor(options: LruOptions<Value>) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Counts as a use. */
  get(key: Key): Value | undefined {
    const value = this.#entries.get(key);
    if (value !== undefined && this.#isHalfFull()) this.set(key, value);
    return value;
  }

  peek(key: Key): Value | undefined {
    return this.#entries.get(key);
  }

  values(): Iterable<Value> {
    return this.#entries.values();
  }

  set(key: Key, value: Value): void {
    if (this.#isHalfFull()) this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size > this.#options.capacity) this.#evict();
  }

  delete(key: Key): void {
    this.#entries.delete(key);
  }

  deleteWhere(condition: (key: Key, value: Value) => boolean): void {
    for (const [key, value] of this.#entries) {
      if (condition(key, value)) this.#entries.delete(key);
    }
  }

  clear(): void {
    this.#entries.clear();
  }

  #isHalfFull(): boolean {
    return this.#entries.size > this.#options.capacity / 2;
  }

  /** Examines only a few entries. If none of them may be evicted, the map has one entry too many until the next insert. */
  #evict(): void {
    const { capacity, mayEvict = always, onEvict } = this.#options;
    let examined = 0;
    for (const [key, value] of this.#entries) {
      if (this.#entries.size <= capacity || examined === MAX_EXAMINED) return;
      examined += 1;
      this.#entries.delete(key);
      if (mayEvict(value)) onEvict?.(value);
      else this.#entries.set(key, value);
    }
  }
}

const MAX_EXAMINED = 8;

function always(): boolean {
  return true;
}
