import type { Draw } from './draw.ts';

/**
 * What may stand between two tokens. No CR LF: the sqlite3 shell reads it as LF, so such a text cannot come back
 * through the shell as it was. No line of only `/` or `go` either: the shell ends the statement there, so the export
 * joins it to the line before, which changes the stored text once. Both have tests of their own.
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

/** Joins tokens, mostly by a space, now and then by something odder. */
export function joinTokens(draw: Draw, tokens: readonly string[]): string {
  return tokens.reduce((text, token) => text + randomSpace(draw) + token);
}

export function randomSpace(draw: Draw): string {
  return draw.once(5) ? draw.pick(SPACES) : ' ';
}

/** A keyword in capitals, small letters, or both. */
export function keyword(draw: Draw, word: string): string {
  return draw.pick([word, word.toLowerCase(), word.slice(0, 1) + word.slice(1).toLowerCase()]);
}
