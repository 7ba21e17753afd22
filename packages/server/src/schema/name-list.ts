/** The number of names that are listed before the rest is only counted. */
const NAMES_SHOWN = 3;

/** The maximum length of a listed name, in UTF-16 code units. */
const NAME_LENGTH_SHOWN = 60;

/** A list of objects for a sentence, of limited length: `table a, index b and 4 more`. */
export function nameList(things: readonly { readonly kind: string; readonly name: string }[]): string {
  const shown = things.slice(0, NAMES_SHOWN).map(({ kind, name }) => `${kind} ${shownName(name)}`);
  const more = things.length - shown.length;
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function shownName(name: string): string {
  const line = name.replaceAll(/\p{C}/gu, (character) => (/\p{Cf}/u.test(character) ? character : '�'));
  return line.length > NAME_LENGTH_SHOWN ? `${line.slice(0, NAME_LENGTH_SHOWN).toWellFormed()}…` : line;
}
