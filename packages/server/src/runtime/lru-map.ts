export interface LruOptions<Value> {
  /** The maximum number of entries. */
  readonly capacity: number;
  /** Bounds the sum of the weights of all entries, such as their characters. */
  readonly weight?: { readonly max: number; readonly of: (value: Value) => number };
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
  #weight = 0;

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
    const { weight } = this.#options;
    if (weight !== undefined) {
      const before = this.#entries.get(key);
      this.#weight += weight.of(value) - (before === undefined ? 0 : weight.of(before));
    }
    if (this.#isHalfFull()) this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#isFuller(1)) this.#evict();
  }

  delete(key: Key): void {
    const value = this.#entries.get(key);
    if (value === undefined) return;
    this.#entries.delete(key);
    this.#weight -= this.#options.weight?.of(value) ?? 0;
  }

  deleteWhere(condition: (key: Key, value: Value) => boolean): void {
    for (const [key, value] of this.#entries) {
      if (condition(key, value)) this.delete(key);
    }
  }

  clear(): void {
    this.#entries.clear();
    this.#weight = 0;
  }

  #isHalfFull(): boolean {
    return this.#isFuller(1 / 2);
  }

  /** Whether the map holds more than this part of its capacity, in entries or in weight. */
  #isFuller(part: number): boolean {
    const { capacity, weight } = this.#options;
    return this.#entries.size > capacity * part || (weight !== undefined && this.#weight > weight.max * part);
  }

  /** Keeps only a few entries that may not be evicted. Beyond these, the map has one entry too many until the next insert. */
  #evict(): void {
    const { mayEvict = always, onEvict } = this.#options;
    let kept = 0;
    for (const [key, value] of this.#entries) {
      if (!this.#isFuller(1) || kept === MAX_KEPT) return;
      if (mayEvict(value)) {
        this.delete(key);
        onEvict?.(value);
      } else {
        kept += 1;
        this.#entries.delete(key);
        this.#entries.set(key, value);
      }
    }
  }
}

const MAX_KEPT = 8;

function always(): boolean {
  return true;
}
