/** Something of the schema that is not in the statements, and so is told in a comment. */
export interface LeftOut {
  readonly kind: string;
  readonly name: string;
  /** The SQL that is not there, or why it is not. */
  readonly text: string;
}

/** A comment that shows it; no text can end the comment, whatever is in it. */
export function leftOutComment({ kind, name, text }: LeftOut): string {
  return commented(`omitted: ${kind} ${JSON.stringify(name)}: ${text}`);
}

/** A comment ends at a newline or a carriage return. https://www.postgresql.org/docs/15/sql-syntax-lexical.html#SQL-SYNTAX-COMMENTS */
function commented(text: string): string {
  const [first = '', ...more] = text.trim().split(/\r\n|\r|\n/);
  return [`-- ${first}`, ...more.map((line) => `--   ${line}`)].map((line) => `${line.trimEnd()}\n`).join('');
}
