import { Type } from 'typebox';

import { invalidField } from '../../core/errors.ts';
import { isRealNumber } from '../../core/real-number.ts';

const PLAIN_VALUE = { type: ['boolean', 'number', 'string', 'null'] } as const;

/** A flag in a body or a query. It accepts any scalar, because every value that is not true counts as false. */
export const booleanLike = Type.Unsafe<BooleanLike>({
  ...PLAIN_VALUE,
  title: 'Flag',
  description: '`true`, `1`, `"1"`, `"true"`, `"yes"` and `"on"` are true; everything else is false.',
});

/** Returns the schema of a flag in a query. */
export function flag(description: string) {
  return Type.Unsafe<BooleanLike>({ ...PLAIN_VALUE, description });
}

export type BooleanLike = boolean | number | string | null;

/**
 * Returns a flag of a body that no schema has checked; undefined if omitted.
 * @throws RowhouseError `validation_failed`, with the schema's message.
 */
export function toBooleanLike(value: unknown, field: string): BooleanLike | undefined {
  if (value === undefined || isPlainValue(value)) return value;
  if (isRealNumber(value)) return value.valueOf();
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
