/** The names in an order in which those come first that `translate` leaves as they are, so that none loses its name to another. */
export function unchangedFirst(
  names: readonly string[],
  translate: (name: string) => string,
): readonly string[] {
  const isUnchanged = (name: string): boolean => translate(name) === name;
  return [...names.filter(isUnchanged), ...names.filter((name) => !isUnchanged(name))];
}
