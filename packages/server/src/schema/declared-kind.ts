import { Tokenizer } from './ddl/tokenizer.ts';
import type { Column } from './model.ts';

/** The kind of values that a column is declared for. */
export interface DeclaredKind {
  readonly kind: 'integer' | 'boolean' | 'real' | 'decimal' | 'text' | 'bytes' | 'moment' | 'json' | 'other';
  /** The numbers of a decimal type, such as 10 and 2. */
  readonly digits: readonly number[];
}

/**
 * Interprets a declared type by its usual meaning if it is a common word, and otherwise by its affinity.
 *
 * - A length is ignored, as SQLite ignores it.
 * - `other` may hold anything: ANY, no type, and types that are numeric only by SQLite's rules (POINT, INTERVAL).
 * - `moment` is a date with or without a time: ISO text, a Julian day or a Unix time. https://www.sqlite.org/datatype3.html#date_and_time_datatype
 */
export function declaredKind({
  declaredType,
  affinity,
}: Pick<Column, 'declaredType' | 'affinity'>): DeclaredKind {
  const { base, digits } = readType(typeWithoutComments(declaredType));
  const kind = KINDS_BY_WORD.get(base);
  if (kind !== undefined) return { kind, digits };
  switch (affinity) {
    case 'INTEGER':
      return { kind: INTEGER.test(base) ? 'integer' : 'other', digits };
    case 'REAL':
      return { kind: 'real', digits };
    case 'TEXT':
      return { kind: 'text', digits };
    case 'BLOB':
      return { kind: base.includes('BLOB') ? 'bytes' : 'other', digits };
    case 'NUMERIC':
      return { kind: 'other', digits };
  }
}

const KINDS_BY_WORD: ReadonlyMap<string, DeclaredKind['kind']> = new Map([
  ['BOOLEAN', 'boolean'],
  ['BOOL', 'boolean'],
  ['NUMERIC', 'decimal'],
  ['DECIMAL', 'decimal'],
  ['DEC', 'decimal'],
  ['NUMBER', 'decimal'],
  ['DATE', 'moment'],
  ['DATETIME', 'moment'],
  ['TIMESTAMP', 'moment'],
  ['JSON', 'json'],
  ['JSONB', 'json'],
]);

/** INT, INTEGER, BIGINT, INT8, UNSIGNED BIG INT; not POINT or INTERVAL. */
const INTEGER = /(?:^|[^A-Z]|TINY|SMALL|MEDIUM|BIG|LONG|U)INT(?:EGER)?\d*(?:[^A-Z]|$)/;

function readType(declared: string): { readonly base: string; readonly digits: readonly number[] } {
  const type = declared.toUpperCase();
  const [, base = type, first, second] =
    /^([^(]*?) ?(?:\( ?([+-]?\d+) ?(?:, ?([+-]?\d+) ?)?\))?$/.exec(type) ?? [];
  return { base, digits: [first, second].filter((digits) => digits !== undefined).map(Number) };
}

/** SQLite reads a comment directly after a type as a part of it: `price DECIMAL -- in euros`, then `NOT NULL`. */
export function typeWithoutComments(declaredType: string): string {
  const tokens = new Tokenizer(declaredType);
  let text = '';
  while (tokens.next()) {
    const isSpace = tokens.kind === 'space' || tokens.kind.endsWith('comment');
    text += isSpace ? ' ' : declaredType.slice(tokens.start, tokens.end);
  }
  return text.replaceAll(/ +/g, ' ').trim();
}
