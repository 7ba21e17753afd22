/** How much of what SQLite says is worth showing, in UTF-16 code units: names in a file can be of any length. */
const SHOWN_LENGTH = 300;

export function shortened(text: string): string {
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH).toWellFormed()}…` : text;
}
