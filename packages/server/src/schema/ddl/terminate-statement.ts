import { Tokenizer } from './tokenizer.ts';

export interface TerminatedStatement {
  readonly text: string;
  /** Whether line breaks were changed because the sqlite3 shell would have ended the statement there. */
  readonly joined: boolean;
}

/**
 * Ends a stored statement with a semicolon, so that SQLite and the sqlite3 shell read it back as the same statement.
 * The text stays as it is, but where it would not load: a `--` comment at its end takes a newline first, an open `/*`
 * is closed, and a line that the shell takes for the end of a statement is joined to the one before.
 */
export function terminateStatement(sql: string): TerminatedStatement {
  if (!mayNeedCare(sql)) return { text: `${sql};`, joined: false };
  const joined = joinShellTerminators(sql);
  return { text: joined + ending(joined), joined: joined !== sql };
}

/** A sieve, so that only the few texts that could need it are read token by token. */
function mayNeedCare(sql: string): boolean {
  return sql.includes('--') || sql.includes('/*') || /\n[ \t\f\r]*(?:\/|go)/i.test(sql);
}

function ending(sql: string): string {
  const tokenizer = new Tokenizer(sql);
  let last = '';
  while (tokenizer.next()) last = tokenizer.open ? 'open-comment' : tokenizer.kind;
  if (last === 'line-comment') return '\n;';
  return last === 'open-comment' ? '*/;' : ';';
}

/**
 * The sqlite3 shell reads a line that is only `/` or `go` as a semicolon, as Oracle and SQL Server do, unless it stands
 * in a quote or a block comment, or right below a `--` comment (line_is_command_terminator() and line_is_complete() in
 * shell.c). Joined to the line before, it is the operator or the name that it was. Inside a trigger the shell does not
 * do so, since `;` ends no trigger there.
 */
function joinShellTerminators(sql: string): string {
  if (/^create\s+trigger\b/i.test(sql)) return sql;
  const tokenizer = new Tokenizer(sql);
  let text = '';
  let copied = 0;
  let before = '';
  while (tokenizer.next()) {
    const { kind, start, end } = tokenizer;
    if (kind === 'space' && sql.slice(start, end).includes('\n') && startsTerminatorLine(sql, end)) {
      text += sql.slice(copied, start) + joinedSpace(sql.slice(start, end), before);
      copied = end;
    }
    before = kind;
  }
  return text + sql.slice(copied);
}

/** Below a `--` comment its own newline has to stay; the shell takes no terminator right under it. */
function joinedSpace(space: string, before: string): string {
  if (before !== 'line-comment') return space.replaceAll('\n', ' ');
  const first = space.indexOf('\n') + 1;
  return space.slice(0, first) + space.slice(first).replaceAll('\n', ' ');
}

function startsTerminatorLine(sql: string, position: number): boolean {
  const tokenizer = new Tokenizer(sql);
  tokenizer.end = position;
  if (!tokenizer.next()) return false;
  const word = sql.slice(position, tokenizer.end).toLowerCase();
  if (word !== '/' && word !== 'go') return false;
  while (tokenizer.next()) {
    if (tokenizer.kind === 'line-comment') return true;
    const blank = tokenizer.kind === 'space' || tokenizer.kind === 'block-comment';
    if (!blank) return false;
    const newline = sql.slice(tokenizer.start, tokenizer.end).includes('\n');
    if (newline) return tokenizer.kind === 'space';
  }
  return false;
}
