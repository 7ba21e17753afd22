import { type Arbitrary, constantFrom, record } from 'fast-check';

import type { ModelType, ModelValue } from './model.ts';

/** A value for each type, from a small set, so that rows often have equal values. */
export type ValueDraw = Readonly<Record<ModelType, ModelValue>>;

const VALUES: Readonly<Record<ModelType, readonly ModelValue[]>> = {
  INTEGER: [0, 1, 2, -1, 9_007_199_254_740_991, '9007199254740993', '-9223372036854775808', null],
  REAL: [0, 0.5, -1.5, 1e300, 'Infinity', null],
  TEXT: ['', 'a', 'b', 'B', '1', 'é😀', 'nul\0in', "it's", null],
};

export const valueDraw: Arbitrary<ValueDraw> = record({
  INTEGER: constantFrom(...VALUES.INTEGER),
  REAL: constantFrom(...VALUES.REAL),
  TEXT: constantFrom(...VALUES.TEXT),
});

/** In SQLite's order of values of one type. https://www.sqlite.org/datatype3.html#comparisons */
export function compareValues(type: ModelType, a: string | number, b: string | number): number {
  if (type === 'TEXT') return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
  const [left, right] = type === 'REAL' ? [Number(a), Number(b)] : [BigInt(a), BigInt(b)];
  return left === right ? 0 : left < right ? -1 : 1;
}
