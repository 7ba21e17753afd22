import type { BoundValue } from '../values/bound-value.ts';

/** An SQL condition and the values of its parameters, in order. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly BoundValue[];
}

/** The conjunction of these conditions; true for every row if there are none. */
export function allOf(conditions: readonly Condition[]): Condition {
  if (conditions.length === 0) return { sql: 'true', values: [] };
  return {
    sql: conditions.map(({ sql }) => `(${sql})`).join(' AND '),
    values: conditions.flatMap(({ values }) => values),
  };
}
