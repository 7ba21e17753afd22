import { type Arbitrary, constantFrom, record } from 'fast-check';

import type { ModelRow, ModelTable } from './model.ts';
import { pick, place } from './steps.ts';
import { compareValues, type ValueDraw, valueDraw } from './values.ts';

const OPERATORS = ['=', '!=', '>', '>=', '<', '<=', 'in', 'is_null', 'not_null'] as const;

export interface ConditionDraw {
  readonly column: number;
  readonly op: (typeof OPERATORS)[number];
  readonly value: ValueDraw;
}

export const conditionDraw: Arbitrary<ConditionDraw> = record({
  column: place,
  op: constantFrom(...OPERATORS),
  value: valueDraw,
});

export interface Condition {
  /** In the form of a request. */
  readonly filter: { readonly column: string; readonly op: string; readonly value?: unknown };
  readonly fits: (row: ModelRow) => boolean;
}

/** On the `id`, or on another column of the table. NULL matches only the operators for NULL. */
export function toCondition(table: ModelTable, { column: at, op, value: draw }: ConditionDraw): Condition {
  const { name, type } = pick([{ name: 'id', type: 'INTEGER' as const }, ...table.columns], at);
  const value = draw[type];
  const stored = (row: ModelRow) => row[name] ?? null;
  if (op === 'is_null' || value === null) {
    return { filter: { column: name, op: 'is_null' }, fits: (row) => stored(row) === null };
  }
  if (op === 'not_null') return { filter: { column: name, op }, fits: (row) => stored(row) !== null };
  if (op === 'in') {
    return { filter: { column: name, op, value: [value] }, fits: (row) => stored(row) === value };
  }
  return {
    filter: { column: name, op, value },
    fits: (row) => {
      const other = stored(row);
      return other !== null && COMPARISONS[op](compareValues(type, other, value));
    },
  };
}

/** By the order of the stored value and the value in the filter. */
const COMPARISONS = {
  '=': (order: number) => order === 0,
  '!=': (order: number) => order !== 0,
  '>': (order: number) => order > 0,
  '>=': (order: number) => order >= 0,
  '<': (order: number) => order < 0,
  '<=': (order: number) => order <= 0,
};
