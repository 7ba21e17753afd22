import { Tokenizer } from '../tokenizer.ts';

/**
 * The first statement of a text stored in sqlite_schema, without its final semicolon. SQLite reads no further (sqlite3InitCallback()
 * prepares one statement), so text after it in a forged file is not part of the schema and must not get into an export that is loaded
 * with a shell.
 */
export function firstStatement(sql: string): string {
  // The most common case; normally only triggers contain semicolons.
  if (!sql.includes(';') && !sql.includes('\0')) return sql;
  return sql.slice(0, firstStatementEnd(sql));
}

/** In a trigger a semicolon ends a statement of the body; the trigger ends after `; END`, as in sqlite3_complete(). */
function firstStatementEnd(sql: string): number {
  const tokenizer = new Tokenizer(sql);
  const trigger = isTrigger(sql);
  let afterSemicolon = false;
  let afterEnd = false;
  while (tokenizer.next()) {
    if (tokenizer.kind === 'space' || tokenizer.kind.endsWith('comment')) continue;
    const text = sql.slice(tokenizer.start, tokenizer.end);
    if (text === ';' && (!trigger || afterEnd)) return tokenizer.start;
    afterEnd = afterSemicolon && text.toUpperCase() === 'END';
    afterSemicolon = text === ';';
  }
  return tokenizer.start;
}

function isTrigger(sql: string): boolean {
  const words: string[] = [];
  const tokenizer = new Tokenizer(sql);
  while (words.length < 3 && tokenizer.next()) {
    if (tokenizer.kind === 'word') words.push(sql.slice(tokenizer.start, tokenizer.end).toUpperCase());
    else if (tokenizer.kind !== 'space' && !tokenizer.kind.endsWith('comment')) break;
  }
  return words[1] === 'TRIGGER' || (words[1]?.startsWith('TEMP') === true && words[2] === 'TRIGGER');
}
