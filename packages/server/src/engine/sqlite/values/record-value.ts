import type { PlainValue } from '../../../core/tagged-value.ts';

/** A value from a statement with `setReadBigInts(true)`: every INTEGER is a bigint, every REAL a number. */
export type SqliteValue = null | bigint | number | string | Uint8Array;

/**
 * A value in the form for clients: an integer beyond ±(2^53−1) is a string of digits, an infinity `Infinity` or `-Infinity`, a BLOB
 * base64.
 */
export function toRecordValue(value: SqliteValue): PlainValue {
  if (value === null || typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value !== 'bigint') return Buffer.from(value).toString('base64');
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}
