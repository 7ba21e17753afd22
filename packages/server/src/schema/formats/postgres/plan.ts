import { foldName } from '../../identifier.ts';
import type { Column, OrdinaryTable, Schema } from '../../model.ts';
import type { FreeNames } from '../shared/unique-names.ts';
import { columnName, postgresNames, relationName } from './names.ts';
import { type PostgresType, postgresType } from './types.ts';

/** The PostgreSQL names and types of all tables and columns, which are needed before any statement is written. */
export interface Plan {
  readonly tables: readonly PlannedTable[];
  /** Tables with more columns than PostgreSQL allows. */
  readonly tooWide: readonly OrdinaryTable[];
  readonly byName: ReadonlyMap<string, PlannedTable>;
  /** Tables, indexes and sequences share one namespace. Constraint names come from it, too: most constraints are indexes. */
  readonly names: FreeNames;
}

export interface PlannedTable {
  readonly table: OrdinaryTable;
  readonly name: string;
  readonly columns: readonly PlannedColumn[];
  /** The name of each index from CREATE INDEX. */
  readonly indexNames: ReadonlyMap<string, string>;
  /** By folded SQLite name. */
  readonly byName: ReadonlyMap<string, PlannedColumn>;
}

export interface PlannedColumn {
  readonly column: Column;
  readonly name: string;
  readonly type: PostgresType;
}

/** https://www.postgresql.org/docs/15/limits.html */
const MAXIMUM_COLUMNS = 1600;

export function planTables(schema: Schema): Plan {
  const ordinary = schema.tables.filter((table) => table.kind === 'table');
  const written = ordinary.filter((table) => table.columns.length <= MAXIMUM_COLUMNS);
  const names = postgresNames();
  const indexes = written.flatMap((table) => table.indexes.filter(({ origin }) => origin === 'create'));
  const relations = [...written, ...indexes].map(({ name }) => name);
  const translated = names.takeAll(relations, relationName);
  const tables = written.map((table) => planTable(table, translated));
  return {
    tables,
    tooWide: ordinary.filter((table) => !written.includes(table)),
    byName: new Map(tables.map((planned) => [foldName(planned.table.name), planned])),
    names,
  };
}

function planTable(table: OrdinaryTable, relations: ReadonlyMap<string, string>): PlannedTable {
  const names = postgresNames().takeAll(
    table.columns.map((column) => column.name),
    columnName,
  );
  const columns = table.columns.map((column) => ({
    column,
    name: names.get(column.name) ?? '',
    type: postgresType(column),
  }));
  return {
    table,
    name: relations.get(table.name) ?? '',
    columns,
    indexNames: relations,
    byName: new Map(columns.map((each) => [foldName(each.column.name), each])),
  };
}
