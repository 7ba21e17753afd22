import { unquote } from './statement-reader.ts';
import { type TokenKind, Tokenizer } from './tokenizer.ts';

/** A DEFAULT clause in terms that other languages have, too. https://www.sqlite.org/lang_createtable.html#the_default_clause */
export type DefaultValue =
  | { readonly kind: 'null' }
  | { readonly kind: 'integer'; readonly value: bigint }
  | { readonly kind: 'real'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'blob'; readonly hex: string }
  | { readonly kind: 'now'; readonly part: 'TIMESTAMP' | 'DATE' | 'TIME' }
  /** Any other expression. */
  | { readonly kind: 'expression'; readonly sql: string };

/** Parses the text of a default as stored by SQLite. TRUE and FALSE are 1 and 0. */
export function readDefaultValue(sql: string): DefaultValue {
  const text = withoutParentheses(sql.trim());
  const word = text.toUpperCase();
  if (word === 'NULL') return { kind: 'null' };
  if (word === 'TRUE' || word === 'FALSE') return { kind: 'integer', value: word === 'TRUE' ? 1n : 0n };
  const now = /^CURRENT_(TIMESTAMP|DATE|TIME)$/.exec(word)?.[1];
  if (now === 'TIMESTAMP' || now === 'DATE' || now === 'TIME') return { kind: 'now', part: now };
  return readNumber(text) ?? readString(text) ?? { kind: 'expression', sql: text };
}

function readNumber(text: string): DefaultValue | null {
  const [, sign = '', digits = ''] = /^([+-]?)\s*(0x[0-9a-f]+|\d+)$/i.exec(text) ?? [];
  if (digits !== '') {
    const value = BigInt(digits) * (sign === '-' ? -1n : 1n);
    return BigInt.asIntN(64, value) === value
      ? { kind: 'integer', value }
      : { kind: 'real', value: Number(value) };
  }
  const isReal = /^[+-]?\s*(?:\d+\.\d*|\.\d+|\d+(?=e))(?:e[+-]?\d+)?$/i.test(text);
  const value = Number(text.replaceAll(/\s/g, ''));
  return isReal && Number.isFinite(value) ? { kind: 'real', value } : null;
}

/** A name is a string, too, with quotes and without: a default cannot be a column. */
function readString(text: string): DefaultValue | null {
  const [, hex] = /^x'((?:[0-9a-f]{2})*)'$/i.exec(text) ?? [];
  if (hex !== undefined) return { kind: 'blob', hex: hex.toLowerCase() };
  const tokenizer = new Tokenizer(text);
  const isWhole = tokenizer.next() && tokenizer.end === text.length;
  return isWhole && STRINGS.has(tokenizer.kind) ? { kind: 'text', value: unquote(text) } : null;
}

const STRINGS: ReadonlySet<TokenKind> = new Set(['string', 'quoted', 'word']);

/** The SQL after DEFAULT, from the text that `readDefaultValue` parsed: a name is a string literal, an expression has its parentheses. */
export function writeDefaultValue(sql: string, value: DefaultValue): string {
  if (value.kind === 'text') return `'${value.value.replaceAll("'", "''")}'`;
  return value.kind === 'expression' ? `(${sql})` : sql;
}

/** Removes parentheses around the whole text: from `(1)`, but not from `(1)+(2)`. */
function withoutParentheses(text: string): string {
  if (!text.startsWith('(') || closingParenthesis(text) !== text.length - 1) return text;
  return withoutParentheses(text.slice(1, -1).trim());
}

/** The position at which the first parenthesis is closed, or -1. Quoted text is skipped. */
function closingParenthesis(text: string): number {
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|[()]/g)) {
    if (token === '(') depth += 1;
    if (token === ')') depth -= 1;
    if (depth === 0 && token === ')') return index;
  }
  return -1;
}
