import type { RecordValue } from '../../engine.ts';

/** What a statement gives with `setReadBigInts(true)`: every INTEGER a bigint, every REAL a number. */
export type SqliteValue = null | bigint | number | string | Uint8Array;

/**
 * A value as a client sees it: an integer beyond ±(2^53−1) as its digits, `Infinity` and `-Infinity` as these words, a
 * BLOB as base64.
 */
export function toRecordValue(value: SqliteValue): RecordValue {
  if (value === null || typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value !== 'bigint') return Buffer.from(value).toString('base64');
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}
