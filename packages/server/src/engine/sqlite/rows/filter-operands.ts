import type { StorageKind } from '../../../schema/storage-kind.ts';
import { bindValue } from '../values/bind-value.ts';
import type { SqliteValue } from '../values/record-value.ts';
import type { RecordColumn } from './record-table.ts';

/**
 * The values that a client's value stands for in a filter on this column: usually one. Answers show an integer beyond ±(2^53−1) and an
 * infinity as text, so in a column that may contain numbers and texts, such a text stands for both.
 * @throws SubjectError `validation_failed`, about the value.
 */
export function filterOperands(value: unknown, column: RecordColumn): readonly SqliteValue[] {
  const { kind } = column;
  if (typeof value !== 'string') return [bindValue(value, kind)];
  if (column.mayContainAnything) return [...shownAs(value, 'any'), ...bytesOf(value, kind)];
  if (kind === 'text' || kind === 'blob') return [bindValue(value, kind)];
  // As an integer, because a column of a view may have no affinity that converts the digits.
  const integer = integerOf(value);
  return integer === null ? shownAs(value, kind) : [bindValue(integer, kind)];
}

/** The text, and the number that an answer shows as this text. */
function shownAs(text: string, kind: StorageKind): readonly SqliteValue[] {
  const bound = bindValue(text, kind);
  if (text === 'Infinity' || text === '-Infinity') return kind === 'real' ? [bound] : [bound, Number(text)];
  const integer = integerOf(text);
  const isShown = integer !== null && integer.toString() === text && !Number.isSafeInteger(Number(text));
  return isShown ? [bound, integer] : [bound];
}

/** Answers show bytes in a BLOB column as base64. */
function bytesOf(text: string, kind: StorageKind): readonly SqliteValue[] {
  if (kind !== 'blob') return [];
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? [bytes] : [];
}

/** The 64-bit integer that a text of digits is; null for any other text. */
export function integerOf(text: string): bigint | null {
  if (!/^-?\d{1,19}$/.test(text)) return null;
  const integer = BigInt(text);
  return BigInt.asIntN(64, integer) === integer ? integer : null;
}

export type StorageClass = 'number' | 'text' | 'blob';

/** The class of the value after SQLite has applied the column's affinity to it. */
export function storageClassOf(value: SqliteValue, kind: StorageKind): StorageClass {
  if (value instanceof Uint8Array) return 'blob';
  if (kind === 'text') return 'text';
  const isNumeric = kind === 'integer' || kind === 'real' || kind === 'numeric';
  return typeof value === 'string' && !(isNumeric && NUMBER.test(value)) ? 'text' : 'number';
}

/** A text that SQLite converts to a number, with its spaces. https://www.sqlite.org/datatype3.html#type_affinity */
const NUMBER = /^[ \t-\r]*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?[ \t-\r]*$/i;
