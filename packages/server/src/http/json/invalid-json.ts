/** The place where a text stops being valid JSON, and the reason. */
export class InvalidJsonError extends Error {
  override readonly name = 'InvalidJsonError';
  /** Counts from 1. */
  readonly line: number;
  /** Counts from 1, in UTF-16 code units. */
  readonly column: number;
  readonly reason: string;

  constructor(text: string, offset: number, reason: string) {
    const { line, column } = positionOf(text, offset);
    super(`at line ${line}, column ${column}, ${reason}`);
    this.line = line;
    this.column = column;
    this.reason = reason;
  }
}

/** Descriptions of what the parser expects at a place. */
export const EXPECTED_IN_WORDS = {
  value: 'a value',
  'value or ]': 'a value or "]"',
  name: 'a name in double quotes',
  'name or }': 'a name in double quotes or "}"',
  colon: 'a ":"',
  'comma or close': 'a "," or the closing bracket',
  end: 'the end of the text',
} as const;

export type Expected = keyof typeof EXPECTED_IN_WORDS;

/** Returns the error of a text that does not have `expected` at `offset`. */
export function unexpected(text: string, offset: number, expected: Expected): InvalidJsonError {
  const wanted = EXPECTED_IN_WORDS[expected];
  if (offset >= text.length)
    return new InvalidJsonError(text, offset, `the text ends but ${wanted} is expected`);
  const found = String.fromCodePoint(text.codePointAt(offset) ?? 0);
  // JSON.stringify shows a control character as its escape.
  return new InvalidJsonError(text, offset, `found ${JSON.stringify(found)} but expected ${wanted}`);
}

/** Returns the line and column of an offset, both counted from 1. */
export function positionOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  let line = 1;
  let start = 0;
  for (let at = 0; at < offset; at++) {
    if (text.charCodeAt(at) !== LINE_FEED) continue;
    line += 1;
    start = at + 1;
  }
  return { line, column: offset - start + 1 };
}

const LINE_FEED = 0x0a;
