import { Tokenizer } from '../tokenizer.ts';

export interface TerminatedStatement {
  readonly text: string;
  /** Whether line breaks were changed because the sqlite3 shell would end the statement there. */
  readonly joined: boolean;
}

/**
 * Ends a stored statement with a semicolon, so that SQLite and the sqlite3 shell read it back as the same statement. The text changes
 * only where it would not load: a newline is added after a final `--` comment, an open `/*` is closed, and a line that the shell reads
 * as a terminator is joined to the line before.
 */
export function terminateStatement(sql: string): TerminatedStatement {
  if (!mayNeedCare(sql)) return { text: `${sql};`, joined: false };
  const joined = joinShellTerminators(sql);
  return { text: joined + ending(joined), joined: joined !== sql };
}

/** A quick check, so that only the few texts that may need a change are tokenized. */
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
 * The sqlite3 shell reads a line of only `/` or `go` as a semicolon, as Oracle and SQL Server do, unless it is in quotes or a block
 * comment, or directly after a `--` comment (line_is_command_terminator() and line_is_complete() in shell.c). Joined to the line before,
 * it stays an operator or a name. The shell does not do this inside a trigger, where `;` does not end the statement.
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

/** The newline of a `--` comment stays; the shell ignores a terminator directly after it. */
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
