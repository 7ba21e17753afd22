import { readDefaultValue } from '../../ddl/default-value.ts';
import { declaredKind } from '../../declared-kind.ts';
import { includesName } from '../../identifier.ts';
import type { Column, OrdinaryTable, Schema, View, ViewColumn, VirtualTable } from '../../model.ts';
import { isNullable } from '../../nullability.ts';
import { rowidAliasIn } from '../../rowid-alias.ts';
import { rowidNameBeside } from '../../rowid-name.ts';
import { type StorageKind, storageKindOf } from '../../storage-kind.ts';

/** A table or a view, for a format that describes its rows. */
export interface RowObject {
  readonly kind: 'table' | 'virtual table' | 'view';
  readonly name: string;
  /** In the order of a row. The rowid comes first in a table without a primary key. */
  readonly columns: readonly RowColumn[];
  /** Null unless it is an ordinary table. */
  readonly table: OrdinaryTable | null;
}

/** A value of a row in the API. */
export interface RowColumn {
  readonly name: string;
  readonly kind: StorageKind;
  readonly nullable: boolean;
  /** Whether a new row requires it, may have it, or cannot have it because it is computed. */
  readonly onInsert: 'required' | 'optional' | 'never';
  /** Whether the column may be meant for booleans. The API stores true and false as 1 and 0 in any column. */
  readonly takesBooleans: boolean;
  /** Whether SQLite rejects values of every other type, as in a STRICT table and for the rowid. */
  readonly isHeld: boolean;
  /** Null for a rowid that is not a column, and in views and virtual tables. */
  readonly column: Column | null;
}

/** Every table, then every view, whose columns SQLite can determine. */
export function rowObjects({ tables, views }: Schema): readonly RowObject[] {
  return [
    ...tables.flatMap((table) => (table.kind === 'table' ? [rowTable(table)] : virtualTable(table))),
    ...views.flatMap(view),
  ];
}

function rowTable(table: OrdinaryTable): RowObject {
  const columns = table.columns
    .filter(({ isComputable }) => isComputable)
    .map((column) => rowColumn(table, column));
  return {
    kind: 'table',
    name: table.name,
    columns: table.primaryKey === null ? [...rowidOf(table.columns), ...columns] : columns,
    table,
  };
}

function virtualTable({ name, columns }: VirtualTable): readonly RowObject[] {
  if (columns === null) return [];
  const shown = columns.filter(({ hidden }) => !hidden).map(openColumn);
  return [{ kind: 'virtual table', name, columns: [...rowidOf(shown), ...shown], table: null }];
}

function view({ name, columns }: View): readonly RowObject[] {
  return columns === null ? [] : [{ kind: 'view', name, columns: columns.map(openColumn), table: null }];
}

const NO_COLUMN = { onInsert: 'optional', takesBooleans: false, column: null } as const;

/** SQLite does not enforce the types of views and virtual tables. */
function openColumn({ name, declaredType }: ViewColumn): RowColumn {
  const kind = storageKindOf(declaredType, false);
  return { ...NO_COLUMN, name, kind, nullable: true, isHeld: false };
}

function rowColumn(table: OrdinaryTable, column: Column): RowColumn {
  const nullable = isNullable(table, column);
  const isRowid = column === rowidAliasIn(table);
  const required = !nullable && !hasDefault(column) && !isRowid;
  const writable = required ? 'required' : 'optional';
  return {
    name: column.name,
    kind: storageKindOf(column.declaredType, table.strict),
    nullable,
    onInsert: column.generated === null ? writable : 'never',
    takesBooleans: takesBooleans(table, column),
    isHeld: table.strict || isRowid,
    column,
  };
}

function rowidOf(columns: readonly { readonly name: string }[]): readonly RowColumn[] {
  const name = rowidNameBeside(columns);
  return name === null ? [] : [{ ...NO_COLUMN, name, kind: 'integer', nullable: false, isHeld: true }];
}

function takesBooleans({ strict, foreignKeys }: OrdinaryTable, column: Column): boolean {
  const { name, declaredType, primaryKeyPosition } = column;
  if (primaryKeyPosition !== null || foreignKeys.some(({ columns }) => includesName(columns, name)))
    return false;
  return (
    declaredKind(column).kind === 'boolean' ||
    ['integer', 'any'].includes(storageKindOf(declaredType, strict))
  );
}

function hasDefault(column: Column): boolean {
  return column.default !== null && readDefaultValue(column.default).kind !== 'null';
}
