import { invalidInput } from '../../../core/subject-error.ts';
import { StatementReader, unquote } from '../../../schema/ddl/statement-reader.ts';
import type { ColumnType } from '../../project-tables.ts';

/**
 * The SQL literal of a default of this type, or null for no default.
 * @param value the client's value; an integer beyond ±(2^53−1) that was a JSON number is a bigint.
 * @throws SubjectError `validation_failed` for a value that a column of this type cannot hold.
 */
export function writeDefault(value: unknown, type: ColumnType): string | null {
  if (value === null) return null;
  const literal = LITERALS[type](value);
  if (literal === null) throw invalidInput([], `must be ${VALUES_IN_WORDS[type]}`);
  return literal;
}

const VALUES_IN_WORDS: Readonly<Record<ColumnType, string>> = {
  INTEGER: 'a 64-bit integer (a number or a string of digits), true, false or null',
  REAL: 'a number, "Infinity", "-Infinity" or null',
  TEXT: 'a string without the character U+0000 or null',
  BLOB: 'a base64 string or null',
  ANY: 'a number, a string without the character U+0000, true, false or null',
};

const LITERALS: Readonly<Record<ColumnType, (value: unknown) => string | null>> = {
  INTEGER: integerLiteral,
  REAL: realLiteral,
  TEXT: textLiteral,
  BLOB: blobLiteral,
  ANY: (value) =>
    textLiteral(value) ?? integerLiteral(value) ?? (typeof value === 'number' ? realLiteral(value) : null),
};

function integerLiteral(value: unknown): string | null {
  if (typeof value === 'boolean') return value ? '1' : '0';
  const integer = integerOf(value);
  return integer !== null && BigInt.asIntN(64, integer) === integer ? integer.toString() : null;
}

function integerOf(value: unknown): bigint | null {
  if (typeof value === 'bigint') return value;
  // A number that is not a safe integer was rounded when it was parsed: `1e17`.
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : null;
  return typeof value === 'string' && /^-?\d{1,19}$/.test(value) ? BigInt(value) : null;
}

function realLiteral(value: unknown): string | null {
  if (value === 'Infinity') return '9e999';
  if (value === '-Infinity') return '-9e999';
  if (typeof value === 'bigint') return realLiteral(Number(value));
  if (typeof value !== 'number') return null;
  if (!Number.isFinite(value)) return realLiteral(String(value));
  if (Object.is(value, -0)) return '-0.0';
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

function textLiteral(value: unknown): string | null {
  if (typeof value !== 'string' || value.includes('\0') || !value.isWellFormed()) return null;
  return `'${value.replaceAll("'", "''")}'`;
}

function blobLiteral(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const bytes = Buffer.from(value, 'base64');
  // Node ignores invalid characters, so valid base64 is text that encodes to itself again.
  if (bytes.toString('base64') !== value) return null;
  return `x'${bytes.toString('hex').toUpperCase()}'`;
}

/** The value of a default from PRAGMA table_xinfo if it is a literal; otherwise its SQL text. */
export function readDefault(sql: string | null): string | number | null {
  if (sql === null) return null;
  const reader = new StatementReader(sql);
  const sign = reader.takeOne(['-', '+']) ?? '';
  const { kind, start, end, word } = reader.token;
  reader.advance();
  if (reader.kind !== 'end') return sql;
  const text = sql.slice(start, end);
  if (kind === 'number') return numberOf(sign === '-' ? `-${text}` : text) ?? sql;
  if (sign !== '') return sql;
  if (kind === 'string') return /^x/i.test(text) ? base64Of(text) : unquote(text);
  if (kind === 'quoted') return unquote(text);
  if (word === 'NULL') return null;
  if (word === 'TRUE') return 1;
  if (word === 'FALSE') return 0;
  return sql;
}

function base64Of(blob: string): string {
  return Buffer.from(blob.slice(2, -1), 'hex').toString('base64');
}

/** Integers beyond JavaScript's safe range are strings of digits, infinities their names. */
function numberOf(text: string): string | number | null {
  if (/^-?\d+$/.test(text)) {
    const integer = BigInt(text);
    if (BigInt.asIntN(64, integer) !== integer) return Number(text);
    return Number.isSafeInteger(Number(integer)) ? Number(integer) : integer.toString();
  }
  if (!/^-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) return null;
  const real = Number(text);
  return Number.isFinite(real) ? real : String(real);
}
