/**
 * A unique name in another language for each name. A name that is already valid keeps it; of others with the same translation, the
 * first gets it.
 * @param isSame a key that names share if they are the same in that language; the exact name by default.
 */
export function uniqueNames(
  names: readonly string[],
  translate: (name: string) => string,
  isSame?: (name: string) => string,
): ReadonlyMap<string, string> {
  return new FreeNames(isSame === undefined ? {} : { isSame }).takeAll(names, translate);
}

/** Gives each name only once: a name that is taken gets the suffix `_2`, `_3`, … */
export class FreeNames {
  readonly #taken: Set<string>;
  readonly #isSame: (name: string) => string;
  readonly #join: (name: string, suffix: string) => string;

  constructor({
    taken = [],
    isSame = (name) => name,
    join = (name, suffix) => name + suffix,
  }: {
    readonly taken?: Iterable<string>;
    readonly isSame?: (name: string) => string;
    /** Appends a suffix, which may be empty, to a name. */
    readonly join?: (name: string, suffix: string) => string;
  } = {}) {
    this.#isSame = isSame;
    this.#join = join;
    this.#taken = new Set([...taken].map(isSame));
  }

  /** Returns the name, or a similar one if it is taken. */
  take(wanted: string): string {
    let name = this.#join(wanted, '');
    for (let count = 2; this.#taken.has(this.#isSame(name)); count++) name = this.#join(wanted, `_${count}`);
    this.#taken.add(this.#isSame(name));
    return name;
  }

  /** Names for all of these. Names that the translation leaves unchanged come first. */
  takeAll(names: readonly string[], translate: (name: string) => string): ReadonlyMap<string, string> {
    const isUnchanged = (name: string): boolean => this.#join(translate(name), '') === name;
    const inOrder = [...names.filter(isUnchanged), ...names.filter((name) => !isUnchanged(name))];
    return new Map(inOrder.map((name) => [name, this.take(translate(name))]));
  }
}
