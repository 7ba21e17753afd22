/** A part of the schema that is not in the statements but in a comment. */
export interface LeftOut {
  readonly kind: string;
  readonly name: string;
  /** The omitted SQL, or the reason for the omission. */
  readonly text: string;
}

/** A comment that no text in it can end. */
export function leftOutComment({ kind, name, text }: LeftOut): string {
  return commented(`omitted: ${kind} ${JSON.stringify(name)}: ${text}`);
}

/** A comment ends at a newline or a carriage return. https://www.postgresql.org/docs/15/sql-syntax-lexical.html#SQL-SYNTAX-COMMENTS */
function commented(text: string): string {
  const [first = '', ...more] = text.trim().split(/\r\n|\r|\n/);
  return [`-- ${first}`, ...more.map((line) => `--   ${line}`)].map((line) => `${line.trimEnd()}\n`).join('');
}
