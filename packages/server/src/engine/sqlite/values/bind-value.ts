import { invalidInput } from '../../../core/subject-error.ts';
import type { StorageKind } from '../../../schema/storage-kind.ts';
import type { SqliteValue } from './record-value.ts';

/**
 * The value to bind for what a client sent for a column of this kind. What SQLite can convert without loss it converts
 * itself, and what a STRICT table refuses it refuses itself; here is only what JSON cannot say: booleans are 1 and 0, BLOBs
 * are base64, infinities are words.
 * @throws SubjectError `validation_failed`, about the value.
 */
export function bindValue(value: unknown, kind: StorageKind): SqliteValue {
  if (value === null) return null;
  if (typeof value === 'string') return bindText(value, kind);
  if (typeof value === 'number') return bindNumber(value, kind);
  if (typeof value === 'bigint') return bindInteger(value, kind);
  if (typeof value === 'boolean') return value ? 1n : 0n;
  throw invalidInput([], 'must be a string, a number, true, false or null');
}

/** A number is bound as REAL, and stays one where a column takes every value; an integer is to be an INTEGER there. */
function bindNumber(value: number, kind: StorageKind): SqliteValue {
  // JSON has no infinities: this was a number too large for a double.
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
  if (kind === 'real' && /^-?Infinity$/.test(value)) return Number(value);
  if ((kind === 'real' || kind === 'numeric') && isBeyondDoubles(value)) throw beyondDoubles();
  if (!value.isWellFormed()) throw invalidInput([], 'must be well-formed Unicode, without a lone surrogate');
  // SQLite would make a REAL of it, and round it.
  if ((kind === 'integer' || kind === 'numeric') && isIntegerBeyond64Bits(value)) throw beyond64Bits();
  return value;
}

function bindBase64(value: string): Uint8Array {
  const bytes = Buffer.from(value, 'base64');
  // Node skips what is no base64, so only what is written back the same was some.
  if (bytes.toString('base64') !== value) {
    throw invalidInput([], 'must be a base64 string (RFC 4648, section 4, with padding)');
  }
  return bytes;
}

function isIntegerBeyond64Bits(text: string): boolean {
  const [, sign = '', digits = ''] = /^\s*([+-]?)0*(\d*)\s*$/.exec(text) ?? [];
  // To make an integer of a million digits takes seconds, and 19 are the most that 64 bits hold.
  if (digits.length !== MAX_DIGITS) return digits.length > MAX_DIGITS;
  const integer = BigInt(sign === '-' ? `-${digits}` : digits);
  return BigInt.asIntN(64, integer) !== integer;
}

const MAX_DIGITS = 19;

/** SQLite would make an infinity of it. */
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
