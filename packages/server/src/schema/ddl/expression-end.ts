import type { Token } from './statement-reader.ts';

/**
 * Whether an expression can end after this token. There, DESC, ASC and BEGIN are keywords; elsewhere they may be names. SQLite's parser
 * distinguishes them in the same way. https://www.sqlite.org/lang_keywords.html
 */
export function canEndExpression(token: Token | undefined): boolean {
  if (token === undefined) return false;
  if (token.kind === 'punctuation') return token.word === ')';
  return token.kind !== 'word' || !OPENING_WORDS.has(token.word);
}

/** Words after which an expression continues. */
const OPENING_WORDS: ReadonlySet<string> = new Set(
  'AND OR NOT IS IN LIKE GLOB REGEXP MATCH BETWEEN ESCAPE COLLATE CASE WHEN THEN ELSE AS DISTINCT FROM EXISTS'.split(
    ' ',
  ),
);
