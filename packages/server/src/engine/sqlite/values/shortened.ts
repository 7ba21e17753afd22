/** The maximum length of a message of SQLite, in UTF-16 code units: names in a file can have any length. */
const SHOWN_LENGTH = 300;

export function shortened(text: string): string {
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH).toWellFormed()}…` : text;
}
