export type TokenKind =
  | 'space'
  | 'line-comment'
  | 'block-comment'
  | 'word'
  | 'quoted'
  | 'string'
  | 'number'
  | 'punctuation'
  | 'end';

/**
 * Splits SQL text into tokens with the rules of SQLite's tokenizer (sqlite3GetToken() in tokenize.c), so that quotes, comments and
 * unusual names end exactly where they end for SQLite.
 *
 * It holds one token at a time and creates no objects, so that parsing two thousand statements takes milliseconds.
 */
export class Tokenizer {
  readonly text: string;
  kind: TokenKind = 'end';
  start = 0;
  end = 0;
  /** Whether the text ended inside a quote or a block comment. */
  open = false;

  constructor(text: string) {
    this.text = text;
  }

  /** Moves to the next token, including spaces and comments; false at the end of the text. */
  next(): boolean {
    this.start = this.end;
    this.open = false;
    // SQLite reads the text as a C string, which ends at a NUL.
    if (this.start >= this.text.length || this.text.charCodeAt(this.start) === 0) {
      this.kind = 'end';
      return false;
    }
    this.#read(this.text.charCodeAt(this.start));
    return true;
  }

  #read(code: number): void {
    if (isSpace(code)) this.#run('space', isSpace);
    else if (isDigit(code)) this.#number();
    else if (isIdentifierStart(code)) this.#word(code);
    else if (code === QUOTE_SINGLE) this.#quote('string', code);
    else if (code === QUOTE_DOUBLE || code === BACKTICK) this.#quote('quoted', code);
    else if (code === BRACKET_OPEN) this.#bracket();
    else if (code === HYPHEN && this.#follows(HYPHEN)) this.#lineComment();
    else if (code === SLASH && this.#follows(ASTERISK)) this.#blockComment();
    else if (code === DOT && isDigit(this.text.charCodeAt(this.start + 1))) this.#number();
    else this.#take('punctuation', this.start + 1);
  }

  #take(kind: TokenKind, end: number): void {
    this.kind = kind;
    this.end = end;
  }

  #follows(code: number): boolean {
    return this.text.charCodeAt(this.start + 1) === code;
  }

  #run(kind: TokenKind, belongs: (code: number) => boolean): void {
    let end = this.start + 1;
    while (end < this.text.length && belongs(this.text.charCodeAt(end))) end += 1;
    this.#take(kind, end);
  }

  #word(code: number): void {
    // x'53' is one token, a blob. Only the end of a literal matters here.
    if ((code === LETTER_X || code === LETTER_X_CAPITAL) && this.#follows(QUOTE_SINGLE)) {
      this.start += 1;
      this.#quote('string', QUOTE_SINGLE);
      this.start -= 1;
    } else if (code === BYTE_ORDER_MARK) {
      // A space at the start of a token, and part of a name inside one.
      this.#take('space', this.start + 1);
    } else {
      this.#run('word', isIdentifierPart);
    }
  }

  #number(): void {
    // Only an exponent such as 1e+5 contains a sign; the rest of any number is letters, digits and dots.
    let end = this.start + 1;
    for (; end < this.text.length; end += 1) {
      const code = this.text.charCodeAt(end);
      if (isIdentifierPart(code) || code === DOT) continue;
      if ((code === HYPHEN || code === PLUS) && this.#endsInExponent(end)) continue;
      break;
    }
    this.#take('number', end);
  }

  #endsInExponent(end: number): boolean {
    const hexadecimal = (this.text.charCodeAt(this.start + 1) | CASE_BIT) === LETTER_X;
    const exponent = (this.text.charCodeAt(end - 1) | CASE_BIT) === LETTER_E;
    return exponent && !hexadecimal && isDigit(this.text.charCodeAt(end + 1));
  }

  #quote(kind: 'string' | 'quoted', quote: number): void {
    let end = this.start + 1;
    for (; end < this.text.length; end += 1) {
      if (this.text.charCodeAt(end) !== quote) continue;
      if (this.text.charCodeAt(end + 1) !== quote) return this.#take(kind, end + 1);
      end += 1;
    }
    this.open = true;
    this.#take(kind, this.text.length);
  }

  #bracket(): void {
    const close = this.text.indexOf(']', this.start);
    this.open = close === -1;
    this.#take('quoted', this.open ? this.text.length : close + 1);
  }

  #lineComment(): void {
    const newline = this.text.indexOf('\n', this.start);
    this.#take('line-comment', newline === -1 ? this.text.length : newline);
  }

  #blockComment(): void {
    const close = this.text.indexOf('*/', this.start + 2);
    this.open = close === -1;
    this.#take('block-comment', this.open ? this.text.length : close + 2);
  }
}

const QUOTE_DOUBLE = 0x22;
const QUOTE_SINGLE = 0x27;
const ASTERISK = 0x2a;
const PLUS = 0x2b;
const HYPHEN = 0x2d;
const DOT = 0x2e;
const SLASH = 0x2f;
const BRACKET_OPEN = 0x5b;
const BACKTICK = 0x60;
const DOLLAR = 0x24;
const UNDERSCORE = 0x5f;
const LETTER_X_CAPITAL = 0x58;
const LETTER_E = 0x65;
const LETTER_X = 0x78;
const CASE_BIT = 0x20;
const BYTE_ORDER_MARK = 0xfe_ff;

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09 || code === 0x0c;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isIdentifierStart(code: number): boolean {
  const letter = code | CASE_BIT;
  return (letter >= 0x61 && letter <= 0x7a && code < 0x80) || code === UNDERSCORE || code >= 0x80;
}

function isIdentifierPart(code: number): boolean {
  return isIdentifierStart(code) || isDigit(code) || code === DOLLAR;
}
