import { type Static, Type } from 'typebox';

import type { IndexEntry, NewIndex } from '../../engine/project-tables.ts';
import { type BooleanLike, booleanLike, isTrue } from '../../http/fields/boolean-like.ts';
import { existingName, newObjectName } from '../../http/fields/object-name.ts';
import { fieldAt, type FieldOf } from '../../http/subject-fields.ts';

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

/**
 * Maps a part of a new index to its field.
 * @param field the path of the index in the request.
 */
export function newIndexField(field: string): FieldOf {
  const names: Partial<Record<keyof NewIndex, string>> = { name: 'index_name' };
  return (path) => fieldAt(field, path, names);
}

export function toNewIndex(
  fields: {
    readonly columns: readonly string[];
    readonly index_name?: string;
    readonly unique?: BooleanLike;
  },
  showsValues: boolean,
): NewIndex {
  const { columns, index_name: name = null, unique } = fields;
  return { columns, name, unique: isTrue(unique), showsValues };
}

export function toIndexFields(index: IndexEntry): Static<typeof indexFields> {
  const { name, unique, origin, partial } = index;
  return { name, unique, origin, partial, columns: [...index.columns], managed: origin === 'c' };
}
