import { quoteIdentifier } from '../identifier.ts';
import { unquote } from './statement-reader.ts';
import { Tokenizer } from './tokenizer.ts';

/**
 * An expression that means the same on one line: without comments, one space for any number of them, and names in
 * double quotes where they had others. A string keeps the newlines and backticks that are in it.
 */
export function onOneLine(sql: string): string {
  const tokens = new Tokenizer(sql);
  let text = '';
  while (tokens.next()) {
    const token = sql.slice(tokens.start, tokens.end);
    const isSpace = tokens.kind === 'space' || tokens.kind.endsWith('comment');
    if (isSpace) text += text.endsWith(' ') ? '' : ' ';
    else text += tokens.kind === 'quoted' && !tokens.open ? quoteIdentifier(unquote(token)) : token;
  }
  return text.trim();
}
