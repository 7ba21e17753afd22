/**
 * For each name one in another language, and no two the same there: where `translate` gives what an earlier name has already, `_2`,
 * `_3`… is put behind. The order of the names decides who keeps the plain form.
 * @param isSame what makes two names one in that language; exact equality by default.
 */
export function uniqueNames(
  names: readonly string[],
  translate: (name: string) => string,
  isSame: (name: string) => string = (name) => name,
): ReadonlyMap<string, string> {
  const taken = new Set<string>();
  const translated = new Map<string, string>();
  for (const name of names) {
    const plain = translate(name);
    let candidate = plain;
    for (let count = 2; taken.has(isSame(candidate)); count++) candidate = `${plain}_${count}`;
    taken.add(isSame(candidate));
    translated.set(name, candidate);
  }
  return translated;
}
