import { Type } from 'typebox';

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

/** `true`, `1`, `"1"`, `"true"`, `"yes"` and `"on"` are true; everything else is false. */
export function isTrue(value: BooleanLike | undefined): boolean {
  return value !== undefined && TRUE_VALUES.has(value);
}

const TRUE_VALUES: ReadonlySet<BooleanLike> = new Set([true, 1, '1', 'true', 'yes', 'on']);
