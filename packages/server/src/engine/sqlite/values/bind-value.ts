import { isRealNumber } from '../../../core/real-number.ts';
import { invalidInput } from '../../../core/subject-error.ts';
import { isTaggedValue } from '../../../core/tagged-value.ts';
import type { StorageKind } from '../../../schema/storage-kind.ts';
import { bytesOfBase64 } from './base64.ts';
import { type BoundValue, isTextBytes } from './bound-value.ts';
import { infinityOf } from './numbers.ts';
import type { SqliteValue } from './record-value.ts';
import { readTaggedValue } from './tagged-value.ts';

/**
 * The value to bind for a client's value in a column of this kind. A tagged value is bound as it is.
 * @throws SubjectError `validation_failed`, about the value.
 */
export function bindValue(value: unknown, kind: StorageKind): BoundValue {
  return isTaggedValue(value) ? readTaggedValue(value) : bindPlainValue(value, kind);
}

/** The same, but refuses `$text_bytes`, for statements that can bind a text only as a string. @throws SubjectError `validation_failed`, about the value. */
export function bindSqliteValue(value: unknown, kind: StorageKind): SqliteValue {
  const bound = bindValue(value, kind);
  if (isTextBytes(bound)) throw invalidInput([], 'must not be $text_bytes, which only records take');
  return bound;
}

/**
 * SQLite converts what it can convert without loss, and a STRICT table rejects values of other types. This function converts what JSON
 * cannot express: booleans are 1 and 0, BLOBs are base64, infinities are words.
 */
function bindPlainValue(value: unknown, kind: StorageKind): SqliteValue {
  if (value === null) return null;
  if (typeof value === 'string') return bindText(value, kind);
  if (typeof value === 'number') return bindNumber(value, kind);
  if (typeof value === 'bigint') return bindInteger(value, kind);
  if (typeof value === 'boolean') return value ? 1n : 0n;
  // A number is bound as REAL, and a column of another type converts it if it can.
  if (isRealNumber(value)) return value.valueOf();
  throw invalidInput([], 'must be a string, a number, true, false or null');
}

/** A number is bound as REAL and stays REAL in a column without a type, where an integer must become INTEGER. */
function bindNumber(value: number, kind: StorageKind): SqliteValue {
  // JSON has no infinities: the number was too large for a double.
  if (!Number.isFinite(value)) throw beyondDoubles();
  return kind !== 'real' && Number.isSafeInteger(value) ? BigInt(value) : value;
}

function bindInteger(value: bigint, kind: StorageKind): SqliteValue {
  if (kind === 'real') return finite(Number(value));
  if (BigInt.asIntN(64, value) !== value) throw beyond64Bits();
  return value;
}

function bindText(value: string, kind: StorageKind): SqliteValue {
  if (kind === 'blob') return bindBase64(value);
  const infinity = kind === 'real' ? infinityOf(value) : null;
  if (infinity !== null) return infinity;
  if ((kind === 'real' || kind === 'numeric') && isBeyondDoubles(value)) throw beyondDoubles();
  if (!value.isWellFormed()) throw invalidInput([], 'must be well-formed Unicode, without a lone surrogate');
  // SQLite would convert it to a rounded REAL.
  if ((kind === 'integer' || kind === 'numeric') && isIntegerBeyond64Bits(value)) throw beyond64Bits();
  return value;
}

function bindBase64(value: string): Uint8Array {
  const bytes = bytesOfBase64(value);
  if (bytes === null) throw invalidInput([], 'must be a base64 string (RFC 4648, section 4, with padding)');
  return bytes;
}

function isIntegerBeyond64Bits(text: string): boolean {
  const [, sign = '', all = ''] = /^\s*([+-]?)(\d+)\s*$/.exec(text) ?? [];
  const digits = all.replace(/^0+/, '');
  // Parsing an integer of a million digits takes seconds, and 64 bits hold at most 19 digits.
  if (digits.length !== MAX_DIGITS) return digits.length > MAX_DIGITS;
  const integer = BigInt(sign === '-' ? `-${digits}` : digits);
  return BigInt.asIntN(64, integer) !== integer;
}

const MAX_DIGITS = 19;

/** SQLite would convert it to an infinity. */
function isBeyondDoubles(text: string): boolean {
  return /\d/.test(text) && Math.abs(Number(text)) === Infinity;
}

function finite(value: number): number {
  if (!Number.isFinite(value)) throw beyondDoubles();
  return value;
}

function beyondDoubles(): Error {
  return invalidInput([], 'must be a 64-bit floating-point number, "Infinity" or "-Infinity"');
}

function beyond64Bits(): Error {
  return invalidInput([], 'must be a 64-bit integer, from -9223372036854775808 to 9223372036854775807');
}
