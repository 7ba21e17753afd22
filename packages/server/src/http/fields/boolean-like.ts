import { Type } from 'typebox';

import { invalidField } from '../../core/errors.ts';

const PLAIN_VALUE = { type: ['boolean', 'number', 'string', 'null'] } as const;

/** A flag in a body or a query. Any plain value is taken, because everything that is not true counts as false. */
export const booleanLike = Type.Unsafe<BooleanLike>({
  ...PLAIN_VALUE,
  title: 'Flag',
  description: '`true`, `1`, `"1"`, `"true"`, `"yes"` and `"on"` are true; everything else is false.',
});

/** A flag in a query, with what it is for. */
export function flag(description: string) {
  return Type.Unsafe<BooleanLike>({ ...PLAIN_VALUE, description });
}

export type BooleanLike = boolean | number | string | null;

/**
 * A flag in a body that no schema has checked; undefined where it is left out.
 * @throws RowhouseError `validation_failed`, in the words of the schema.
 */
export function toBooleanLike(value: unknown, field: string): BooleanLike | undefined {
  if (value === undefined || isPlainValue(value)) return value;
  throw invalidField(field, 'must be true, false, a number, a string or null');
}

function isPlainValue(value: unknown): value is BooleanLike {
  return value === null || ['boolean', 'number', 'string'].includes(typeof value);
}

/** `true`, `1`, `"1"`, `"true"`, `"yes"` and `"on"` are true; everything else is false. */
export function isTrue(value: BooleanLike | undefined): boolean {
  return value !== undefined && TRUE_VALUES.has(value);
}

const TRUE_VALUES: ReadonlySet<BooleanLike> = new Set([true, 1, '1', 'true', 'yes', 'on']);
