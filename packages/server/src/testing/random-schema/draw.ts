import * as fc from 'fast-check';

/** Random choices from fast-check, so that a failing schema can be replayed by its seed, and shrunk. */
export class Draw {
  readonly #value: fc.GeneratorValue;

  constructor(value: fc.GeneratorValue) {
    this.#value = value;
  }

  integer(min: number, max: number): number {
    return this.#value(fc.integer, { min, max });
  }

  /** True once in `times`; shrinks to false. */
  once(times: number): boolean {
    return this.integer(0, times - 1) === times - 1 && times > 0;
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.integer(0, items.length - 1)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  /** From `min` to `max` items. */
  some<Item>(min: number, max: number, make: (position: number) => Item): Item[] {
    return Array.from({ length: this.integer(min, max) }, (_, position) => make(position));
  }

  /** At least one of the items, in any order. */
  choose<Item>(items: readonly Item[], max: number): Item[] {
    const left = [...items];
    return this.some(1, Math.min(max, items.length), () => {
      const [item] = left.splice(this.integer(0, left.length - 1), 1);
      if (item === undefined) throw new Error('nothing to choose from');
      return item;
    });
  }
}
