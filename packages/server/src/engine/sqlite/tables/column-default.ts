import { invalidInput, within } from '../../../core/subject-error.ts';
import type { PlainValue, TaggedValue } from '../../../core/tagged-value.ts';
import { StatementReader, unquote } from '../../../schema/ddl/statement-reader.ts';
import type { StorageKind } from '../../../schema/storage-kind.ts';
import type { ColumnType } from '../../project-tables.ts';
import { openDatabase } from '../connection/open-database.ts';
import { bindSqliteValue } from '../values/bind-value.ts';
import type { SqliteValue } from '../values/record-value.ts';
import { realText, toTaggedValue } from '../values/tagged-value.ts';
import { writeDefaultExpression } from './default-expression.ts';

/** The default of a column: a value, or an expression that SQLite computes for each new row. At most one is not null. */
export interface ColumnDefault<Value> {
  readonly defaultValue: Value;
  readonly defaultExpression: string | null;
}

/**
 * Returns the SQL of a default of this type; null for no default.
 * @param value the client's value.
 * @throws SubjectError `validation_failed`, about the value or the expression.
 */
export function writeDefault(
  { defaultValue, defaultExpression }: ColumnDefault<unknown>,
  type: ColumnType,
): string | null {
  if (defaultExpression === null) return within(['defaultValue'], () => writeValue(defaultValue, type));
  if (defaultValue !== null) throw invalidInput(['defaultExpression'], 'must be null beside a default_value');
  return within(['defaultExpression'], () => writeDefaultExpression(defaultExpression, type));
}

/** Returns the SQL of a default as PRAGMA table_xinfo reports it: without the parentheses of an expression. */
export function storedDefault(sql: string | null): string | null {
  return sql?.startsWith('(') === true ? sql.slice(1, -1).trim() : sql;
}

/** Accepts what a record accepts, and stores it in the same way. */
function writeValue(value: unknown, type: ColumnType): string | null {
  if (value === null) return null;
  const stored = asStored(bindSqliteValue(value, KINDS[type]), type);
  if (stored === null || (typeof stored === 'string' && stored.includes('\0'))) {
    throw invalidInput([], `must be ${VALUES_IN_WORDS[type]}`);
  }
  return literalOf(stored);
}

const KINDS = { INTEGER: 'integer', REAL: 'real', TEXT: 'text', BLOB: 'blob', ANY: 'any' } as const;

const VALUES_IN_WORDS: Readonly<Record<ColumnType, string>> = {
  INTEGER: 'a 64-bit integer (a number or a string of digits), true, false or null',
  REAL: 'a number, a string with a number, "Infinity", "-Infinity", true, false or null',
  TEXT: 'a string without the character U+0000, a number, true, false or null',
  BLOB: 'a base64 string or null',
  ANY: 'a number, a string without the character U+0000, true, false or null',
};

/** The value as a STRICT column of this type stores it; null if the column rejects it. */
function asStored(value: SqliteValue, type: ColumnType): SqliteValue {
  if (type === 'ANY' || STORED[type](value)) return value;
  using scratch = openDatabase(':memory:', { mode: 'read-write' });
  scratch.exec(`CREATE TABLE t (c ${type}) STRICT`);
  try {
    scratch.prepare('INSERT INTO t VALUES (?)').run(value);
  } catch (error) {
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_CONSTRAINT_DATATYPE)
      return null;
    throw error;
  }
  const read = scratch.prepare('SELECT c FROM t');
  read.setReadBigInts(true);
  return read.get()?.['c'] ?? null;
}

/** Whether a column of the type stores a value unchanged. */
const STORED: Readonly<Record<Exclude<ColumnType, 'ANY'>, (value: SqliteValue) => boolean>> = {
  INTEGER: (value) => typeof value === 'bigint',
  REAL: (value) => typeof value === 'number',
  TEXT: (value) => typeof value === 'string',
  BLOB: (value) => value instanceof Uint8Array,
};

/** https://www.sqlite.org/rescode.html#constraint_datatype */
const SQLITE_CONSTRAINT_DATATYPE = 3091;

function literalOf(value: SqliteValue): string {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') return realLiteral(value);
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  return `x'${Buffer.from(value ?? [])
    .toString('hex')
    .toUpperCase()}'`;
}

function realLiteral(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? '9e999' : '-9e999';
  return realText(value);
}

/**
 * Returns the default of a column of this kind from its SQL text in PRAGMA table_xinfo, in the tagged format, which `writeDefault`
 * accepts.
 */
export function readDefault(sql: string | null, kind: StorageKind): ColumnDefault<PlainValue | TaggedValue> {
  const value = sql === null ? null : valueOf(sql);
  if (value !== undefined) return { defaultValue: toTaggedValue(value, { kind }), defaultExpression: null };
  // The PRAGMA omits the parentheses.
  const defaultExpression = sql !== null && CURRENT.test(sql) ? sql.toUpperCase() : `(${sql})`;
  return { defaultValue: null, defaultExpression };
}

const CURRENT = /^CURRENT_(?:TIME|DATE|TIMESTAMP)$/i;

/** Returns the value of a literal; undefined for an expression. */
function valueOf(sql: string): SqliteValue | undefined {
  const reader = new StatementReader(sql);
  const sign = reader.takeOne(['-', '+']) ?? '';
  const { kind, start, end, word } = reader.token;
  reader.advance();
  if (reader.kind !== 'end') return undefined;
  const text = sql.slice(start, end);
  if (kind === 'number') return numberOf(sign === '-' ? `-${text}` : text);
  if (sign !== '') return undefined;
  if (kind === 'string') return /^x/i.test(text) ? Buffer.from(text.slice(2, -1), 'hex') : unquote(text);
  if (kind === 'quoted') return unquote(text);
  if (word === 'NULL') return null;
  if (word === 'TRUE') return 1n;
  if (word === 'FALSE') return 0n;
  // SQLite reads any other word after DEFAULT as a string.
  return kind === 'word' && !CURRENT.test(text) ? text : undefined;
}

/** SQLite reads an integer of more than 64 bits as a REAL. */
function numberOf(text: string): bigint | number | undefined {
  if (/^-?\d+$/.test(text)) {
    const integer = BigInt(text);
    return BigInt.asIntN(64, integer) === integer ? integer : Number(text);
  }
  return /^-?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}
