import { isPlainSequence } from './plain-sequence.ts';

/** A word that an attacker tries first. */
export interface GuessableWord {
  /** What the word is, for the error: `the username`. */
  readonly what: string;
  readonly word: string;
}

/** In Unicode code points of NFC. NIST SP 800-63B revision 3, section 5.1.1.2. */
const MIN_LENGTH = 8;
const MAX_LENGTH = 1_024;
/** In UTF-16 units. A character of NFC comes from at most four code points, of at most two units each. */
const MAX_UNITS = 8 * MAX_LENGTH;

/**
 * Returns what a new password must be instead, to follow the name of its field: `must have 8 to 1,024 characters`. Returns
 * null if it may be used, unless it is on a list of common passwords. It may consist of any characters, as NIST recommends.
 */
export function passwordFault(password: string, words: readonly GuessableWord[]): string | null {
  // Long texts are not normalised, which takes time.
  if (password.length > MAX_UNITS || !hasAllowedLength(password.normalize('NFC')))
    return `must have ${MIN_LENGTH} to ${MAX_LENGTH.toLocaleString('en-US')} characters`;
  const text = password.normalize('NFC').toLowerCase();
  if (text.trim() === '') return 'must not be blank';
  if (new Set(text).size === 1) return 'must not be one repeated character';
  if (isPlainSequence(text)) return 'must not be a plain sequence, such as 12345678, abcdefgh or qwertyui';
  const guessable = words.find(({ word }) => isWordWithDigits(text, word.normalize('NFC').toLowerCase()));
  if (guessable !== undefined) return `must not be ${guessable.what}, with or without digits after it`;
  return null;
}

function hasAllowedLength(text: string): boolean {
  const { length } = Array.from(text);
  return length >= MIN_LENGTH && length <= MAX_LENGTH;
}

function isWordWithDigits(text: string, word: string): boolean {
  return text.startsWith(word) && /^\d*$/.test(text.slice(word.length));
}
