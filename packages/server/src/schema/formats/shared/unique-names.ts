/**
 * A unique name in another language for each name. A name that is already valid keeps it; of others with the same translation, the
 * first gets it.
 * @param keyOf a key that names share if they are the same in that language; the exact name by default.
 */
export function uniqueNames(
  names: readonly string[],
  translate: (name: string) => string,
  keyOf?: (name: string) => string,
): ReadonlyMap<string, string> {
  return new FreeNames(keyOf === undefined ? {} : { keyOf }).takeAll(names, translate);
}

/** Gives each name only once: a name that is taken gets the suffix `_2`, `_3`, … */
export class FreeNames {
  readonly #taken: Set<string>;
  readonly #keyOf: (name: string) => string;
  readonly #join: (name: string, suffix: string) => string;

  constructor({
    taken = [],
    keyOf = (name) => name,
    join = (name, suffix) => name + suffix,
  }: {
    readonly taken?: Iterable<string>;
    readonly keyOf?: (name: string) => string;
    /** Appends a suffix, which may be empty, to a name. */
    readonly join?: (name: string, suffix: string) => string;
  } = {}) {
    this.#keyOf = keyOf;
    this.#join = join;
    this.#taken = new Set([...taken].map(keyOf));
  }

  /** Returns the name, or a similar one if it is taken. */
  take(wanted: string): string {
    let name = this.#join(wanted, '');
    for (let count = 2; this.#taken.has(this.#keyOf(name)); count++) name = this.#join(wanted, `_${count}`);
    this.#taken.add(this.#keyOf(name));
    return name;
  }

  /** Names for all of these. Names that the translation leaves unchanged come first. */
  takeAll(names: readonly string[], translate: (name: string) => string): ReadonlyMap<string, string> {
    const isUnchanged = (name: string): boolean => this.#join(translate(name), '') === name;
    const inOrder = [...names.filter(isUnchanged), ...names.filter((name) => !isUnchanged(name))];
    return new Map(inOrder.map((name) => [name, this.take(translate(name))]));
  }
}
