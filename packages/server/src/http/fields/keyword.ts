import { Type } from 'typebox';

import { ALLOWED_KEYWORD } from '../validation-details.ts';

/** Returns the schema of an SQL keyword from a list of upper-case words, accepted in any case. */
export function keyword(words: readonly string[], description?: string) {
  return Type.String({
    ...(description !== undefined && { description }),
    pattern: `^(?:${words.map(inAnyCase).join('|')})$`,
    [ALLOWED_KEYWORD]: `one of ${words.join(', ')}, in any case`,
  });
}

/** Returns the keyword that a text, already checked by the schema, stands for. */
export function toKeyword<Word extends string>(words: readonly Word[], text: string): Word {
  const found = words.find((word) => word === text.toUpperCase());
  if (found === undefined) throw new Error(`${text} is not one of ${words.join(', ')}`);
  return found;
}

function inAnyCase(word: string): string {
  return word.replaceAll(/[A-Z]/g, (letter) => `[${letter}${letter.toLowerCase()}]`);
}
