import type { Draw } from './draw.ts';

/**
 * Text between two tokens. Without CR LF, which the sqlite3 shell reads as LF, and without a line of only `/` or `go`, which the shell
 * reads as the end of a statement, so that the export joins it to the line before. Other tests cover both.
 */
const SPACES = [
  ' ',
  '\n',
  '\t',
  ' /* note */ ',
  '/**/',
  '\n-- note\n',
  ' -- it\'s "open" [and ` so\n',
  ' /* ; END; -- */ ',
  "/*'*/",
  '\r',
  '\f ',
  '\n-- .tables\n',
  ' /*\n.quit\n*/ ',
];

/** Joins tokens, usually with a space, sometimes with other text. */
export function joinTokens(draw: Draw, tokens: readonly string[]): string {
  return tokens.reduce((text, token) => text + randomSpace(draw) + token);
}

export function randomSpace(draw: Draw): string {
  return draw.once(5) ? draw.pick(SPACES) : ' ';
}

/** A keyword in upper case, lower case, or both. */
export function keyword(draw: Draw, word: string): string {
  return draw.pick([word, word.toLowerCase(), word.slice(0, 1) + word.slice(1).toLowerCase()]);
}
