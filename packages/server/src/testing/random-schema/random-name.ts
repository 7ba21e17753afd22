import { foldName, quoteIdentifier } from '../../schema/identifier.ts';
import type { Draw } from './draw.ts';

/** Unique names, as compared by SQLite, for one kind of object. */
export class RandomNames {
  readonly #used = new Set<string>();

  next(draw: Draw, names: readonly string[] = HOSTILE_NAMES): string {
    const name = draw.pick(names);
    for (let suffix = 1; ; suffix += 1) {
      const candidate = suffix === 1 ? name : `${name}${suffix}`;
      if (this.#used.has(foldName(candidate))) continue;
      this.#used.add(foldName(candidate));
      return candidate;
    }
  }
}

/** Keywords that are names wherever no keyword is possible. https://www.sqlite.org/lang_keywords.html */
const FALLBACK_WORDS = 'begin desc asc key action no row view temp initially always generated'.split(' ');

/** The simplest name is the first: a failing case shrinks to it. */
const HOSTILE_NAMES: readonly string[] = [
  'plain',
  'Mixed',
  'Order Details',
  'double"quote',
  'close]bracket',
  "it's",
  'back`tick',
  'select',
  'check',
  '😀',
  'É',
  'é',
  'new\nline',
  'semi;colon',
  '-- dashes',
  '/* open',
  'close */',
  '$money',
  '0',
  ' space ',
  'go',
  '/',
  '%s %q',
  '\\',
  'end',
  '\ufeffmark',
  ...FALLBACK_WORDS,
];

/**
 * Quotes a name in one of the ways that SQLite accepts. Not as 'text', which is a name only where no string is possible, and without
 * quotes only if the word cannot mean anything else.
 */
export function writeName(draw: Draw, name: string): string {
  const ways = [quoteIdentifier(name), `\`${name.replaceAll('`', '``')}\``];
  if (!name.includes(']')) ways.push(`[${name}]`);
  if (/^(?:plain|mixed)\d*$/i.test(name) || FALLBACK_WORDS.includes(name)) ways.unshift(name);
  return draw.pick(ways);
}
