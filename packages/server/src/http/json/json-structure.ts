import { type Expected, InvalidJsonError, unexpected } from './invalid-json.ts';
import {
  TAB,
  LINE_FEED,
  CARRIAGE_RETURN,
  SPACE,
  QUOTE,
  PLUS,
  COMMA,
  MINUS,
  POINT,
  ZERO,
  COLON,
  UPPER_E,
  OPEN_BRACKET,
  BACKSLASH,
  CLOSE_BRACKET,
  LOWER_E,
  LOWER_U,
  OPEN_BRACE,
  CLOSE_BRACE,
  SHORT_ESCAPES,
  isDigit,
  isHexDigit,
} from './json-characters.ts';

/** Facts about a text that are needed before `JSON.parse` reads it. Offsets are in UTF-16 code units. */
export interface JsonStructure {
  /**
   * The start and end offsets, alternating, of each number that `JSON.parse` may change, in the order of the text: an integer that may be
   * beyond ±(2^53−1), and with `realNumbers` one with a fraction or an exponent whose value may be an integer.
   */
  readonly exactNumbers: readonly number[];
  /** Whether an object has a name that could reach the prototypes of JavaScript's objects. */
  readonly namesPrototype: boolean;
  /** How to read the text in pieces; null if one piece is enough. */
  readonly root: LargeContainer | null;
}

/** An array or an object of more than one piece. */
export interface LargeContainer {
  readonly kind: 'array' | 'object';
  readonly pieces: readonly Piece[];
}

export type Piece =
  /** Members, with the commas between them. */
  | { readonly kind: 'members'; readonly start: number; readonly end: number }
  /** One member that is itself large. In an object, its name is from `nameStart` to `nameEnd`, including quotes. */
  | {
      readonly kind: 'large';
      readonly nameStart: number;
      readonly nameEnd: number;
      readonly value: LargeContainer;
    };

/** No request needs a tenth of this nesting. A value nested thousands deep cannot be sent to a thread. */
const MAX_DEPTH = 64;
/**
 * More names than SQLite allows columns in a table or parameters in a statement. Creating an object of a million names takes
 * a second.
 */
const MAX_NAMES = 32_768;
/**
 * The approximate number of characters in a piece, which has members of one container. The slowest piece takes 30 ms to
 * parse.
 */
const PIECE_LENGTH = 65_536;

export interface StructureOptions {
  /** Whether to find numbers such as `3.0`, which `JSON.parse` reads as integers. */
  readonly realNumbers: boolean;
}

/**
 * Reads a text as JSON (RFC 8259) in linear time, without creating values.
 * @throws InvalidJsonError at the first place where the text stops being JSON, is nested deeper than 64 levels, or has an object of
 * more than 32,768 names.
 */
export function readStructure(text: string, options: StructureOptions): JsonStructure {
  return new StructureReader(text, options).read();
}

class StructureReader {
  readonly #text: string;
  readonly #realNumbers: boolean;
  readonly #exactNumbers: number[] = [];
  #namesPrototype = false;
  #at = 0;
  #depth = 0;

  constructor(text: string, { realNumbers }: StructureOptions) {
    this.#text = text;
    this.#realNumbers = realNumbers;
  }

  read(): JsonStructure {
    this.#skipWhitespace();
    const root = this.#value('value');
    this.#skipWhitespace();
    if (this.#at < this.#text.length) throw unexpected(this.#text, this.#at, 'end');
    return { exactNumbers: this.#exactNumbers, namesPrototype: this.#namesPrototype, root };
  }

  /** Returns the character at the offset, or at the end of the text a character that JSON does not use. */
  #code(at: number): number {
    return at < this.#text.length ? this.#text.charCodeAt(at) : 0;
  }

  #skipWhitespace(): void {
    let at = this.#at;
    for (;;) {
      const code = this.#code(at);
      if (code !== SPACE && code !== LINE_FEED && code !== CARRIAGE_RETURN && code !== TAB) break;
      at += 1;
    }
    this.#at = at;
  }

  #value(expected: Expected): LargeContainer | null {
    const code = this.#code(this.#at);
    if (code === QUOTE) this.#string();
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) return this.#container(code === OPEN_BRACE);
    else if (isDigit(code) || code === MINUS) this.#number(expected);
    else this.#word(expected);
    return null;
  }

  #word(expected: Expected): void {
    const word = ['true', 'false', 'null'].find((known) => this.#text.startsWith(known, this.#at));
    if (word === undefined) throw unexpected(this.#text, this.#at, expected);
    this.#at += word.length;
  }

  #number(expected: Expected): void {
    const start = this.#at;
    const first = this.#code(start) === MINUS ? start + 1 : start;
    const end = this.#code(first) === ZERO ? first + 1 : this.#digitsFrom(first);
    if (end === first) throw unexpected(this.#text, start, expected);
    let at = end;
    let mayBeInteger = true;
    // A point or an exponent without digits is not part of the number.
    if (this.#code(at) === POINT && isDigit(this.#code(at + 1))) {
      at = this.#digitsFrom(at + 1);
      // A fraction of many digits may be rounded away.
      mayBeInteger = at - first > LONG_DIGITS || this.#areZeros(end + 1, at);
    }
    const exponent = this.#code(at);
    if (exponent === LOWER_E || exponent === UPPER_E) {
      const sign = this.#code(at + 1);
      const digits = sign === PLUS || sign === MINUS ? at + 2 : at + 1;
      if (isDigit(this.#code(digits))) {
        at = this.#digitsFrom(digits);
        mayBeInteger = true;
      }
    }
    const isExact = at === end ? end - first < LONG_DIGITS : !mayBeInteger || !this.#realNumbers;
    if (!isExact) this.#exactNumbers.push(start, at);
    this.#at = at;
  }

  #areZeros(start: number, end: number): boolean {
    let at = start;
    while (at < end && this.#code(at) === ZERO) at += 1;
    return at === end;
  }

  #digitsFrom(start: number): number {
    let at = start;
    while (isDigit(this.#code(at))) at += 1;
    return at;
  }

  #string(): void {
    const text = this.#text;
    let at = this.#at + 1;
    for (;;) {
      const code = this.#code(at);
      if (code === QUOTE) break;
      if (code === BACKSLASH) {
        at = this.#escape(at);
      } else if (code < SPACE) {
        if (at >= text.length) throw new InvalidJsonError(text, at, 'the text ends inside a string');
        throw new InvalidJsonError(text, at, 'a control character in a string must be written as an escape');
      } else at += 1;
    }
    this.#at = at + 1;
  }

  /** Returns the offset after the escape. */
  #escape(start: number): number {
    const kind = this.#code(start + 1);
    if (SHORT_ESCAPES.has(kind)) return start + 2;
    const isUnicode =
      kind === LOWER_U && [2, 3, 4, 5].every((place) => isHexDigit(this.#code(start + place)));
    if (!isUnicode) throw new InvalidJsonError(this.#text, start, 'the escape sequence is not valid JSON');
    return start + 6;
  }

  /** Returns the pieces of the container if there are several. */
  #container(isObject: boolean): LargeContainer | null {
    if (this.#depth === MAX_DEPTH) {
      throw new InvalidJsonError(this.#text, this.#at, `nesting exceeds ${MAX_DEPTH} levels`);
    }
    this.#at += 1;
    this.#skipWhitespace();
    if (this.#code(this.#at) === (isObject ? CLOSE_BRACE : CLOSE_BRACKET)) {
      this.#at += 1;
      return null;
    }
    this.#depth += 1;
    const pieces = this.#members(isObject);
    this.#depth -= 1;
    return pieces === null ? null : { kind: isObject ? 'object' : 'array', pieces };
  }

  #members(isObject: boolean): readonly Piece[] | null {
    const close = isObject ? CLOSE_BRACE : CLOSE_BRACKET;
    let pieces: Piece[] | null = null;
    // The start of the first member and the end of the last member that are not in a piece yet.
    let from = this.#at;
    let to = from;
    for (let count = 1; ; count++) {
      const nameStart = this.#at;
      const nameEnd = isObject ? this.#name(count) : nameStart;
      const value = this.#value(isObject || count > 1 ? 'value' : 'value or ]');
      this.#skipWhitespace();
      const code = this.#code(this.#at);
      if (code !== COMMA && code !== close) throw unexpected(this.#text, this.#at, 'comma or close');
      if (value !== null) {
        pieces ??= [];
        if (to > from) pieces.push({ kind: 'members', start: from, end: to });
        pieces.push({ kind: 'large', nameStart, nameEnd, value });
        from = this.#at + 1;
      } else if (code === COMMA ? this.#at - from >= PIECE_LENGTH : pieces !== null) {
        pieces ??= [];
        pieces.push({ kind: 'members', start: from, end: this.#at });
        from = this.#at + 1;
      }
      to = this.#at;
      this.#at += 1;
      if (code === close) return pieces;
      this.#skipWhitespace();
    }
  }

  /** Reads a name and the colon after it. Returns the offset at which the name ends. */
  #name(count: number): number {
    const start = this.#at;
    if (this.#code(start) !== QUOTE) throw unexpected(this.#text, start, count === 1 ? 'name or }' : 'name');
    if (count > MAX_NAMES) {
      throw new InvalidJsonError(this.#text, start, `an object has more than ${MAX_NAMES} names`);
    }
    this.#string();
    const end = this.#at;
    this.#namesPrototype ||= mayReachPrototype(this.#text, start, end);
    this.#skipWhitespace();
    if (this.#code(this.#at) !== COLON) throw unexpected(this.#text, this.#at, 'colon');
    this.#at += 1;
    this.#skipWhitespace();
    return end;
  }
}

/** Returns whether the quoted name is one of the two, or has an escape that may hide one. */
function mayReachPrototype(text: string, start: number, end: number): boolean {
  const length = end - start;
  if (length < '"__proto__"'.length) return false;
  if (length === '"__proto__"'.length && text.startsWith('__proto__', start + 1)) return true;
  if (length === '"constructor"'.length && text.startsWith('constructor', start + 1)) return true;
  return text.slice(start, end).includes('\\u');
}

/** The smallest integer that JavaScript's numbers round, 2^53, has 16 digits. */
const LONG_DIGITS = 16;
