/**
 * For each name one in another language, and no two the same there. What is there already keeps its name; of others that
 * become one, the first does.
 * @param isSame what makes two names one in that language; exact equality by default.
 */
export function uniqueNames(
  names: readonly string[],
  translate: (name: string) => string,
  isSame?: (name: string) => string,
): ReadonlyMap<string, string> {
  return new FreeNames(isSame === undefined ? {} : { isSame }).takeAll(names, translate);
}

/** Names of which each is given once: what is taken gets `_2`, `_3`… behind it. */
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
    /** How a suffix, which may be empty, comes behind a name. */
    readonly join?: (name: string, suffix: string) => string;
  } = {}) {
    this.#isSame = isSame;
    this.#join = join;
    this.#taken = new Set([...taken].map(isSame));
  }

  /** The name itself where it can be had, else one like it. */
  take(wanted: string): string {
    let name = this.#join(wanted, '');
    for (let count = 2; this.#taken.has(this.#isSame(name)); count++) name = this.#join(wanted, `_${count}`);
    this.#taken.add(this.#isSame(name));
    return name;
  }

  /** One for each of these, those first that the translation leaves as they are. */
  takeAll(names: readonly string[], translate: (name: string) => string): ReadonlyMap<string, string> {
    const isUnchanged = (name: string): boolean => this.#join(translate(name), '') === name;
    const inOrder = [...names.filter(isUnchanged), ...names.filter((name) => !isUnchanged(name))];
    return new Map(inOrder.map((name) => [name, this.take(translate(name))]));
  }
}
