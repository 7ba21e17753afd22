import { types } from 'node:util';

/**
 * A number that JSON spells with a point or an exponent although it is an integer: `3.0`, `1e3`. SQLite has a type of its own for it,
 * REAL, and JavaScript does not: `3.0` is `3`. It is JavaScript's `Number` object, which can be sent to threads and processes.
 */
export interface RealNumber {
  valueOf(): number;
}

export function realNumber(value: number): RealNumber {
  return Object(value) as RealNumber;
}

export function isRealNumber(value: unknown): value is RealNumber {
  return types.isNumberObject(value);
}
