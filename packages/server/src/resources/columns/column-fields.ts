import { type Static, Type } from 'typebox';

import type { Subject } from '../../core/subject-error.ts';
import type { ColumnChange, ColumnEntry, ColumnType, NewColumn } from '../../engine/project-tables.ts';
import { booleanLike, isTrue } from '../../http/fields/boolean-like.ts';
import { keyword, toKeyword } from '../../http/fields/keyword.ts';
import { existingName, newColumnName } from '../../http/fields/object-name.ts';
import { fieldAt, type FieldOf, fieldsOf } from '../../http/subject-fields.ts';

const flag = Type.Union([Type.Literal(0), Type.Literal(1)]);

/** A column in an answer, in the contract's order. */
export const columnFields = Type.Object(
  {
    id: Type.Integer(),
    table_name: Type.String(),
    column_name: Type.String(),
    column_type: Type.String(),
    is_nullable: flag,
    default_value: Type.Union([Type.String(), Type.Number(), Type.Null()]),
    is_primary: flag,
    is_unique: flag,
    created_at: Type.String(),
    updated_at: Type.String(),
  },
  { title: 'Column' },
);

const COLUMN_TYPES: readonly ColumnType[] = ['INTEGER', 'REAL', 'TEXT', 'BLOB', 'ANY'];

export const columnType = keyword(COLUMN_TYPES);

/** The allowed values depend on the column's type, and the engine checks them. */
export const defaultValue = Type.Unsafe<unknown>({ not: { type: ['object', 'array'] } });

/** A new column in a request. */
export const newColumnFields = Type.Object(
  {
    column_name: newColumnName,
    column_type: Type.Optional(columnType),
    is_primary: Type.Optional(booleanLike),
    is_nullable: Type.Optional(booleanLike),
    is_unique: Type.Optional(booleanLike),
    default_value: Type.Optional(defaultValue),
  },
  { additionalProperties: false, title: 'NewColumn' },
);

const changeKeys = {
  new_column_name: Type.Optional(newColumnName),
  column_type: Type.Optional(columnType),
  is_nullable: Type.Optional(booleanLike),
  default_value: Type.Optional(defaultValue),
  is_unique: Type.Optional(booleanLike),
};

/** A change of the column in the path: at least one of these fields. */
export const columnChangeFields = Type.Object(changeKeys, {
  additionalProperties: false,
  minProperties: 1,
  title: 'ColumnChange',
});

/**
 * SQLite parses the whole definition of the table again for each renamed column: with this many, a table of 1,000 columns
 * takes 4 s.
 */
const MAX_CHANGES = 250;

/** Changes of several columns of one table. */
export const columnChangesFields = Type.Object(
  {
    columns: Type.Array(
      Type.Object(
        { column_name: existingName, ...changeKeys },
        { additionalProperties: false, minProperties: 2 },
      ),
      { minItems: 1, maxItems: MAX_CHANGES },
    ),
  },
  { additionalProperties: false },
);

/** The field names of the parts of a new column. */
export const COLUMN_NAMES = {
  name: 'column_name',
  type: 'column_type',
  primary: 'is_primary',
  nullable: 'is_nullable',
  unique: 'is_unique',
  defaultValue: 'default_value',
} as const satisfies Readonly<Record<keyof NewColumn, string>>;

const CHANGE_NAMES: Readonly<Record<keyof ColumnChange, string>> = {
  ...COLUMN_NAMES,
  column: 'column_name',
  name: 'new_column_name',
};

/** Maps a part of a new column to its field. */
export const newColumnField: FieldOf = (path) => fieldAt('body', path, COLUMN_NAMES);

/** Maps a part of the change of one column, which the path names, to its field. */
export const columnChangeField = fieldsOf({
  changes: ([_position, ...path]: Subject) => {
    return path[0] === 'column' ? 'path.column' : fieldAt('body', path, CHANGE_NAMES);
  },
});

/** Maps a part of the changes of several columns to its field. */
export const columnChangesField = fieldsOf({
  changes: (path: Subject) => fieldAt('body.columns', path, CHANGE_NAMES),
});

/** @param column the column's name or id. */
export function toColumnChange(fields: Static<typeof columnChangeFields>, column: string): ColumnChange {
  const { new_column_name: name, column_type, is_nullable, is_unique, default_value } = fields;
  return {
    column,
    ...(name !== undefined && { name }),
    ...(column_type !== undefined && { type: toColumnType(column_type) }),
    ...(is_nullable !== undefined && { nullable: isTrue(is_nullable) }),
    ...(is_unique !== undefined && { unique: isTrue(is_unique) }),
    ...(default_value !== undefined && { defaultValue: default_value }),
  };
}

export function toColumnChanges(fields: Static<typeof columnChangesFields>): readonly ColumnChange[] {
  return fields.columns.map(({ column_name: column, ...change }) => toColumnChange(change, column));
}

export function toNewColumn(fields: Static<typeof newColumnFields>): NewColumn {
  return {
    name: fields.column_name,
    type: toColumnType(fields.column_type ?? 'TEXT'),
    primary: isTrue(fields.is_primary),
    nullable: fields.is_nullable === undefined || isTrue(fields.is_nullable),
    unique: isTrue(fields.is_unique),
    defaultValue: fields.default_value ?? null,
  };
}

function toColumnType(text: string): ColumnType {
  return toKeyword(COLUMN_TYPES, text);
}

export function toColumnFields(column: ColumnEntry): Static<typeof columnFields> {
  return {
    id: column.id,
    table_name: column.tableName,
    column_name: column.name,
    column_type: column.type,
    is_nullable: column.nullable ? 1 : 0,
    default_value: column.defaultValue,
    is_primary: column.primary ? 1 : 0,
    is_unique: column.unique ? 1 : 0,
    created_at: column.createdAt,
    updated_at: column.updatedAt,
  };
}
