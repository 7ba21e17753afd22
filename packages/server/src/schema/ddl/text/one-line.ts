import { quoteIdentifier } from '../../identifier.ts';
import { unquote } from '../statement-reader.ts';
import { Tokenizer } from '../tokenizer.ts';

/**
 * An equivalent expression on one line: without comments, with single spaces, and with names in double quotes instead of other quotes.
 * Strings keep their newlines and backticks.
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
