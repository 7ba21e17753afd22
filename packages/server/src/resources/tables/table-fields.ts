import { type Static, Type } from 'typebox';

import type { ValueFormat } from '../../core/tagged-value.ts';
import type {
  ForeignKeyEntry,
  ListedTable,
  NewForeignKey,
  NewTable,
  ReferenceAction,
  TableChange,
  TableDetails,
  TableEntry,
} from '../../engine/project-tables.ts';
import { displayName } from '../../http/fields/display-name.ts';
import { keyword, toKeyword } from '../../http/fields/keyword.ts';
import { existingName, newObjectName } from '../../http/fields/object-name.ts';
import { fieldAt, fieldsOf } from '../../http/subject-fields.ts';
import {
  COLUMN_NAMES,
  columnFields,
  newColumnFields,
  toColumnFields,
  toNewColumn,
} from '../columns/column-fields.ts';
import { indexFields, toIndexFields } from '../indexes/index-fields.ts';

const tableKeys = {
  id: Type.Integer(),
  table_name: Type.String(),
  display_name: Type.Union([Type.String(), Type.Null()]),
  created_at: Type.String(),
  updated_at: Type.String(),
};

/** A table in an answer, in the contract's order. */
export const tableFields = Type.Object(tableKeys, { title: 'Table' });

export const listedTableFields = Type.Object(
  {
    ...tableKeys,
    /** Only on request; null if SQLite cannot read the table. */
    row_count: Type.Optional(Type.Union([Type.Integer(), Type.Null()])),
  },
  { title: 'ListedTable' },
);

const foreignKeyFields = Type.Object(
  {
    columns: Type.Array(Type.String()),
    references_table: Type.String(),
    references_columns: Type.Union([Type.Array(Type.String()), Type.Null()]),
    on_delete: Type.String(),
    on_update: Type.String(),
  },
  { title: 'ForeignKey' },
);

export const newTableAnswer = Type.Object(
  { table: tableFields, columns: Type.Array(columnFields) },
  { title: 'CreatedTable' },
);

export const tableAnswer = Type.Object(
  {
    table: tableFields,
    columns: Type.Array(columnFields),
    indexes: Type.Array(indexFields),
    foreign_keys: Type.Array(foreignKeyFields),
  },
  { title: 'TableDetails' },
);

const ACTIONS: readonly ReferenceAction[] = ['NO ACTION', 'RESTRICT', 'SET NULL', 'SET DEFAULT', 'CASCADE'];

const newForeignKeyFields = Type.Object(
  {
    columns: Type.Array(existingName, { minItems: 1, maxItems: 100, uniqueItems: true }),
    references_table: existingName,
    references_columns: Type.Optional(
      Type.Array(existingName, { minItems: 1, maxItems: 100, uniqueItems: true }),
    ),
    on_delete: Type.Optional(keyword(ACTIONS)),
    on_update: Type.Optional(keyword(ACTIONS)),
  },
  { additionalProperties: false, title: 'NewForeignKey' },
);

/** A new table in a request. */
export const newTableFields = Type.Object(
  {
    table_name: newObjectName,
    display_name: Type.Optional(Type.Union([displayName, Type.Null()])),
    columns: Type.Optional(Type.Array(newColumnFields, { maxItems: 1_000 })),
    foreign_keys: Type.Optional(Type.Array(newForeignKeyFields, { maxItems: 100 })),
    checks: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 10_000 }), { maxItems: 100 })),
  },
  { additionalProperties: false, title: 'NewTable' },
);

/** At least one of these. */
export const tableChangeFields = Type.Object(
  {
    display_name: Type.Optional(Type.Union([displayName, Type.Null()])),
    new_table_name: Type.Optional(newObjectName),
  },
  { additionalProperties: false, minProperties: 1, title: 'TableChange' },
);

export function toTableChange(fields: Static<typeof tableChangeFields>): TableChange {
  const { display_name: shown, new_table_name: name } = fields;
  return { ...(name !== undefined && { name }), ...(shown !== undefined && { displayName: shown }) };
}

const FOREIGN_KEY_NAMES: Readonly<Record<keyof NewForeignKey, string>> = {
  columns: 'columns',
  referencesTable: 'references_table',
  referencesColumns: 'references_columns',
  onDelete: 'on_delete',
  onUpdate: 'on_update',
};

/** Maps a part of a new table to its field. */
export const newTableField = fieldsOf<keyof NewTable>({
  name: () => 'body.table_name',
  displayName: () => 'body.display_name',
  columns: (path) => fieldAt('body.columns', path, COLUMN_NAMES),
  foreignKeys: (path) => fieldAt('body.foreign_keys', path, FOREIGN_KEY_NAMES),
  checks: (path) => fieldAt('body.checks', path),
});

/** @throws RowhouseError `validation_failed`. */
export function toNewTable(fields: Static<typeof newTableFields>, format: ValueFormat): NewTable {
  return {
    name: fields.table_name,
    displayName: fields.display_name ?? null,
    columns: (fields.columns ?? []).map((column, position) => {
      return toNewColumn(column, { field: `body.columns[${position}]`, format });
    }),
    foreignKeys: (fields.foreign_keys ?? []).map(toNewForeignKey),
    checks: fields.checks ?? [],
  };
}

function toNewForeignKey(fields: Static<typeof newForeignKeyFields>): NewForeignKey {
  return {
    columns: fields.columns,
    referencesTable: fields.references_table,
    referencesColumns: fields.references_columns ?? null,
    onDelete: toKeyword(ACTIONS, fields.on_delete ?? 'NO ACTION'),
    onUpdate: toKeyword(ACTIONS, fields.on_update ?? 'NO ACTION'),
  };
}

export function toTableFields(table: TableEntry): Static<typeof tableFields> {
  return {
    id: table.id,
    table_name: table.name,
    display_name: table.displayName,
    created_at: table.createdAt,
    updated_at: table.updatedAt,
  };
}

export function toListedTableFields(table: ListedTable, counted: boolean): Static<typeof listedTableFields> {
  return { ...toTableFields(table), ...(counted && { row_count: table.rowCount }) };
}

export function toNewTableAnswer(
  { table, columns }: TableDetails,
  format: ValueFormat,
): Static<typeof newTableAnswer> {
  return { table: toTableFields(table), columns: columns.map((column) => toColumnFields(column, format)) };
}

export function toTableAnswer(details: TableDetails, format: ValueFormat): Static<typeof tableAnswer> {
  return {
    ...toNewTableAnswer(details, format),
    indexes: details.indexes.map(toIndexFields),
    foreign_keys: details.foreignKeys.map(toForeignKeyFields),
  };
}

function toForeignKeyFields(foreignKey: ForeignKeyEntry): Static<typeof foreignKeyFields> {
  const { referencesColumns } = foreignKey;
  return {
    columns: [...foreignKey.columns],
    references_table: foreignKey.referencesTable,
    references_columns: referencesColumns === null ? null : [...referencesColumns],
    on_delete: foreignKey.onDelete,
    on_update: foreignKey.onUpdate,
  };
}
