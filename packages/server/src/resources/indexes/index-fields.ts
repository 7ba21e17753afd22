import { type Static, Type } from 'typebox';

import type { IndexEntry, NewIndex } from '../../engine/project-tables.ts';
import { type BooleanLike, booleanLike, isTrue } from '../../http/fields/boolean-like.ts';
import { existingName, newObjectName } from '../../http/fields/object-name.ts';

/** An index in an answer, in the contract's order. */
export const indexFields = Type.Object(
  {
    name: Type.String(),
    unique: Type.Boolean(),
    origin: Type.Union([Type.Literal('c'), Type.Literal('u'), Type.Literal('pk')]),
    partial: Type.Boolean(),
    columns: Type.Array(Type.String()),
    /** Whether it can be dropped separately: SQLite keeps the index of a constraint as long as the constraint. */
    managed: Type.Boolean(),
  },
  { title: 'Index' },
);

/** The fields of a new index, besides its table. */
export const newIndexKeys = {
  columns: Type.Array(existingName, { minItems: 1, maxItems: 100 }),
  index_name: Type.Optional(newObjectName),
  unique: Type.Optional(booleanLike),
};

/** @param field the path of the index in the request. */
export function toNewIndex(
  fields: {
    readonly columns: readonly string[];
    readonly index_name?: string;
    readonly unique?: BooleanLike;
  },
  field: string,
): NewIndex {
  const { columns, index_name: name = null, unique } = fields;
  return { columns, name, unique: isTrue(unique), field };
}

export function toIndexFields(index: IndexEntry): Static<typeof indexFields> {
  const { name, unique, origin, partial } = index;
  return { name, unique, origin, partial, columns: [...index.columns], managed: origin === 'c' };
}
