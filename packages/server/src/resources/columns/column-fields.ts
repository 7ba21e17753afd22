import { type Static, Type } from 'typebox';

import { invalidField } from '../../core/errors.ts';
import type { Subject } from '../../core/subject-error.ts';
import { untagged, type ValueFormat } from '../../core/tagged-value.ts';
import type { ColumnChange, ColumnEntry, ColumnType, NewColumn } from '../../engine/project-tables.ts';
import { booleanLike, isTrue } from '../../http/fields/boolean-like.ts';
import { clientValue, requireClientValue, shownValue } from '../../http/fields/client-value.ts';
import { keyword, toKeyword } from '../../http/fields/keyword.ts';
import { existingNameInBody, newColumnName } from '../../http/fields/object-name.ts';
import { fieldAt, type FieldOf, fieldsOf } from '../../http/subject-fields.ts';
import { ALLOWED_KEYWORD } from '../../http/validation-details.ts';

const flag = Type.Union([Type.Literal(0), Type.Literal(1)]);

/** A column in an answer, in the contract's order. */
export const columnFields = Type.Object(
  {
    id: Type.Integer(),
    table_name: Type.String(),
    column_name: Type.String(),
    column_type: Type.String(),
    is_nullable: flag,
    default_value: shownValue,
    is_primary: flag,
    is_unique: flag,
    created_at: Type.String(),
    updated_at: Type.String(),
    default_expression: Type.Union([Type.String(), Type.Null()]),
  },
  { title: 'Column' },
);

const COLUMN_TYPES: readonly ColumnType[] = ['INTEGER', 'REAL', 'TEXT', 'BLOB', 'ANY'];

export const columnType = keyword(COLUMN_TYPES);

/** A default that SQLite computes for each new row. The engine checks it. */
export const defaultExpression = Type.Union([Type.String({ minLength: 1, maxLength: 10_000 }), Type.Null()]);

/** A new column in a request. */
export const newColumnFields = Type.Object(
  {
    column_name: newColumnName,
    column_type: Type.Optional(columnType),
    is_primary: Type.Optional(booleanLike),
    is_nullable: Type.Optional(booleanLike),
    is_unique: Type.Optional(booleanLike),
    default_value: Type.Optional(clientValue),
    default_expression: Type.Optional(defaultExpression),
  },
  { additionalProperties: false, title: 'NewColumn' },
);

const changeKeys = {
  new_column_name: Type.Optional(newColumnName),
  column_type: Type.Optional(columnType),
  is_nullable: Type.Optional(booleanLike),
  default_value: Type.Optional(clientValue),
  default_expression: Type.Optional(defaultExpression),
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

/** The id of a column as a number or as its digits. */
const columnId = Type.Union([
  Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
  Type.String({ pattern: '^[1-9][0-9]{0,15}$', [ALLOWED_KEYWORD]: 'the digits of an id' }),
]);

/** Changes of several columns of one table. Each names its column by one of `COLUMN_REFERENCES`. */
export const columnChangesFields = Type.Object(
  {
    columns: Type.Array(
      Type.Object(
        {
          column_name: Type.Optional(existingNameInBody),
          name: Type.Optional(existingNameInBody),
          column_id: Type.Optional(columnId),
          id: Type.Optional(columnId),
          ...changeKeys,
        },
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
  defaultExpression: 'default_expression',
} as const satisfies Readonly<Record<keyof NewColumn, string>>;

const CHANGE_NAMES: Readonly<Record<Exclude<keyof ColumnChange, 'valueFormat' | 'showsValues'>, string>> = {
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
export function columnChangesField({ columns }: Static<typeof columnChangesFields>): FieldOf {
  return fieldsOf({
    changes: (path: Subject) => {
      const [position, part] = path;
      const reference = part === 'column' ? referenceOf(columns[Number(position)]) : undefined;
      const names = reference === undefined ? CHANGE_NAMES : { ...CHANGE_NAMES, column: reference };
      return fieldAt('body.columns', path, names);
    },
  });
}

/** The fields that name the column of a change. The documentation of the original product allows each of them. */
const COLUMN_REFERENCES = ['column_name', 'name', 'column_id', 'id'] as const;

function referenceOf(
  change: Static<typeof columnChangesFields>['columns'][number] | undefined,
): (typeof COLUMN_REFERENCES)[number] | undefined {
  return COLUMN_REFERENCES.find((field) => change?.[field] !== undefined);
}

/** Where a request has a column, and the form of its values. */
export interface ColumnPlace {
  readonly field: string;
  readonly format: ValueFormat;
}

/** What the client may see of the rows. */
export interface ColumnReader {
  readonly format: ValueFormat;
  readonly showsValues: boolean;
}

/**
 * @param column the column's name or id.
 * @throws RowhouseError `validation_failed`.
 */
export function toColumnChange(
  fields: Static<typeof columnChangeFields>,
  column: ColumnChange['column'],
  { field, format, showsValues }: ColumnPlace & ColumnReader,
): ColumnChange {
  const { new_column_name: name, column_type, is_nullable, is_unique } = fields;
  const { default_value, default_expression } = fields;
  requireClientValue(default_value, `${field}.default_value`, format);
  return {
    column,
    valueFormat: format,
    showsValues,
    ...(name !== undefined && { name }),
    ...(column_type !== undefined && { type: toColumnType(column_type) }),
    ...(is_nullable !== undefined && { nullable: isTrue(is_nullable) }),
    ...(is_unique !== undefined && { unique: isTrue(is_unique) }),
    ...(default_value !== undefined && { defaultValue: default_value }),
    ...(default_expression !== undefined && { defaultExpression: default_expression }),
  };
}

/** @throws RowhouseError `validation_failed` for a change that names no column, or names it twice. */
export function toColumnChanges(
  fields: Static<typeof columnChangesFields>,
  reader: ColumnReader,
): readonly ColumnChange[] {
  return fields.columns.map((change, position) => {
    const { column_name, name, column_id, id, ...changed } = change;
    const field = `body.columns[${position}]`;
    const [reference, another] = COLUMN_REFERENCES.filter((each) => change[each] !== undefined);
    if (reference === undefined) throw invalidField(`${field}.column_name`, 'is required, or an id');
    if (another !== undefined) {
      throw invalidField(`${field}.${another}`, `names the column again; give only ${reference}`);
    }
    return toColumnChange(changed, column_name ?? name ?? Number(column_id ?? id), { field, ...reader });
  });
}

/** @throws RowhouseError `validation_failed`. */
export function toNewColumn(
  fields: Static<typeof newColumnFields>,
  { field, format }: ColumnPlace,
): NewColumn {
  requireClientValue(fields.default_value, `${field}.default_value`, format);
  return {
    name: fields.column_name,
    type: toColumnType(fields.column_type ?? 'TEXT'),
    primary: isTrue(fields.is_primary),
    nullable: fields.is_nullable === undefined || isTrue(fields.is_nullable),
    unique: isTrue(fields.is_unique),
    defaultValue: fields.default_value ?? null,
    defaultExpression: fields.default_expression ?? null,
  };
}

function toColumnType(text: string): ColumnType {
  return toKeyword(COLUMN_TYPES, text);
}

export function toColumnFields(column: ColumnEntry, format: ValueFormat): Static<typeof columnFields> {
  return {
    id: column.id,
    table_name: column.tableName,
    column_name: column.name,
    column_type: column.type,
    is_nullable: column.nullable ? 1 : 0,
    default_value: format === 'tagged' ? column.defaultValue : untagged(column.defaultValue),
    is_primary: column.primary ? 1 : 0,
    is_unique: column.unique ? 1 : 0,
    created_at: column.createdAt,
    updated_at: column.updatedAt,
    default_expression: column.defaultExpression,
  };
}
