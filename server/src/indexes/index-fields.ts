import { type Static, Type } from 'typebox';

import type { IndexEntry } from '../engine/project-tables.ts';

/** What a client sees of an index, in the contract's order. */
export const indexFields = Type.Object(
  {
    name: Type.String(),
    unique: Type.Boolean(),
    origin: Type.Union([Type.Literal('c'), Type.Literal('u'), Type.Literal('pk')]),
    partial: Type.Boolean(),
    columns: Type.Array(Type.String()),
    /** Whether it can be dropped by itself: SQLite keeps the index of a constraint for as long as the constraint. */
    managed: Type.Boolean(),
  },
  { title: 'Index' },
);

export function toIndexFields(index: IndexEntry): Static<typeof indexFields> {
  const { name, unique, origin, partial } = index;
  return { name, unique, origin, partial, columns: [...index.columns], managed: origin === 'c' };
}
