import { Tokenizer, type TokenKind } from './tokenizer.ts';

/** A text of sqlite_schema that this parser does not understand. SQLite may still understand it. */
export class DdlSyntaxError extends Error {
  override readonly name = 'DdlSyntaxError';
}

/** One token. `word` is an unquoted word in upper case, or a punctuation mark, or else empty. */
export interface Token {
  readonly kind: TokenKind;
  readonly word: string;
  readonly start: number;
  readonly end: number;
}

/** Reads a statement token by token, with one token of lookahead, and skips spaces and comments. */
export class StatementReader {
  readonly text: string;
  readonly #tokenizer: Tokenizer;
  #word: string | undefined;
  #lastEnd = 0;

  constructor(text: string) {
    this.text = text;
    this.#tokenizer = new Tokenizer(text);
    this.advance();
  }

  get kind(): TokenKind {
    return this.#tokenizer.kind;
  }

  /** The next token, if it is an unquoted word (in upper case) or a punctuation mark. */
  get word(): string {
    return this.#currentWord();
  }

  get token(): Token {
    const { kind, start, end } = this.#tokenizer;
    return { kind, word: this.#currentWord(), start, end };
  }

  /** The end of the last token that was read. */
  get lastEnd(): number {
    return this.#lastEnd;
  }

  advance(): void {
    this.#word = undefined;
    this.#lastEnd = this.#tokenizer.end;
    while (this.#tokenizer.next()) {
      const { kind } = this.#tokenizer;
      if (kind !== 'space' && kind !== 'line-comment' && kind !== 'block-comment') return;
    }
  }

  /** Whether the next token is this unquoted word, in upper case, or this punctuation mark. */
  at(word: string): boolean {
    const { start, end } = this.#tokenizer;
    return end - start === word.length && this.#currentWord() === word;
  }

  /** Reads the word if it comes next. */
  take(word: string): boolean {
    const found = this.at(word);
    if (found) this.advance();
    return found;
  }

  expect(word: string): void {
    if (!this.take(word)) throw new DdlSyntaxError(`expected ${word} at ${this.#tokenizer.start}`);
  }

  /** Reads one of the words if it comes next. */
  takeOne<Word extends string>(words: readonly Word[]): Word | null {
    return words.find((word) => this.take(word)) ?? null;
  }

  /** Reads a name, quoted or not; SQLite also accepts 'text' as a name. */
  name(): string {
    const { kind, start, end } = this.#tokenizer;
    if (kind !== 'word' && kind !== 'quoted' && kind !== 'string') {
      throw new DdlSyntaxError(`expected a name at ${start}`);
    }
    this.advance();
    return unquote(this.text.slice(start, end));
  }

  /** Reads a parenthesis and returns the text in it, from its first token to its last. */
  parenthesised(): string {
    this.expect('(');
    const { start } = this.#tokenizer;
    let end = start;
    for (let depth = 1; ; this.advance()) {
      if (this.kind === 'end') throw new DdlSyntaxError('a parenthesis is not closed');
      if (this.at('(')) depth += 1;
      else if (this.at(')')) depth -= 1;
      if (depth === 0) break;
      end = this.#tokenizer.end;
    }
    this.advance();
    return this.text.slice(start, end);
  }

  #currentWord(): string {
    const { kind, start, end } = this.#tokenizer;
    if (kind !== 'word' && kind !== 'punctuation') return '';
    this.#word ??= kind === 'word' ? this.text.slice(start, end).toUpperCase() : this.text.slice(start, end);
    return this.#word;
  }
}

/** The name without its quotes, as in sqlite3Dequote(). */
export function unquote(text: string): string {
  const quote = text[0];
  if (quote === '[') return text.slice(1, -1);
  if (quote !== '"' && quote !== "'" && quote !== '`') return text;
  return text.slice(1, -1).replaceAll(quote + quote, quote);
}
