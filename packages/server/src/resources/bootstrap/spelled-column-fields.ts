import { type Static, Type } from 'typebox';

import { invalidField } from '../../core/errors.ts';
import type { Subject } from '../../core/subject-error.ts';
import type { NewColumn } from '../../engine/project-tables.ts';
import { booleanLike } from '../../http/fields/boolean-like.ts';
import { clientValue, requireClientValue } from '../../http/fields/client-value.ts';
import { newColumnName } from '../../http/fields/object-name.ts';
import { fieldAt } from '../../http/subject-fields.ts';
import {
  COLUMN_NAMES,
  columnType,
  defaultExpression,
  toNewColumn,
  type ColumnPlace,
} from '../columns/column-fields.ts';

/** A column in a bootstrap request: each field has a long and a short spelling. */
export const spelledColumnFields = Type.Object(
  {
    column_name: Type.Optional(newColumnName),
    name: Type.Optional(newColumnName),
    column_type: Type.Optional(columnType),
    type: Type.Optional(columnType),
    is_primary: Type.Optional(booleanLike),
    primary: Type.Optional(booleanLike),
    is_unique: Type.Optional(booleanLike),
    unique: Type.Optional(booleanLike),
    is_nullable: Type.Optional(booleanLike),
    nullable: Type.Optional(booleanLike),
    default_value: Type.Optional(clientValue),
    default: Type.Optional(clientValue),
    default_expression: Type.Optional(defaultExpression),
  },
  { additionalProperties: false },
);

type SpelledColumn = Static<typeof spelledColumnFields>;

/** Pairs of a long and a short spelling. */
const SPELLINGS = [
  ['column_name', 'name'],
  ['column_type', 'type'],
  ['is_primary', 'primary'],
  ['is_unique', 'unique'],
  ['is_nullable', 'nullable'],
  ['default_value', 'default'],
] as const satisfies readonly (readonly [long: keyof SpelledColumn, short: keyof SpelledColumn])[];

/**
 * @throws RowhouseError `validation_failed` for a field in both spellings, and for a column without a name.
 */
export function toSpelledColumn(column: SpelledColumn, { field, format }: ColumnPlace): NewColumn {
  const twice = SPELLINGS.find(([long, short]) => column[long] !== undefined && column[short] !== undefined);
  if (twice !== undefined) {
    const [long, short] = twice;
    throw invalidField(`${field}.${short}`, `is another spelling of ${long}; give only one of the two`);
  }
  const name = column.column_name ?? column.name;
  if (name === undefined) throw invalidField(`${field}.column_name`, 'is required');
  const type = column.column_type ?? column.type;
  const nullable = column.is_nullable ?? column.nullable;
  requireClientValue(column.default, `${field}.default`, format);
  const spelled = {
    column_name: name,
    ...(type !== undefined && { column_type: type }),
    is_primary: column.is_primary ?? column.primary ?? false,
    is_unique: column.is_unique ?? column.unique ?? false,
    ...(nullable !== undefined && { is_nullable: nullable }),
    default_value: column.default_value ?? column.default ?? null,
    default_expression: column.default_expression ?? null,
  };
  return toNewColumn(spelled, { field, format });
}

/** Maps a part of the columns to its field, spelled as in the request. */
export function spelledColumnField(
  field: string,
  columns: readonly SpelledColumn[],
  [position, ...path]: Subject,
): string {
  const column = columns[Number(position)];
  const shortNames = SPELLINGS.filter(([, short]) => column?.[short] !== undefined);
  const names = Object.entries(COLUMN_NAMES).map(([part, long]) => {
    return [part, shortNames.find((spelling) => spelling[0] === long)?.[1] ?? long] as const;
  });
  return fieldAt(`${field}[${position}]`, path, Object.fromEntries(names));
}
