import { foldName } from '../../identifier.ts';
import type { Column, OrdinaryTable, Schema, View, ViewColumn } from '../../model.ts';
import { camelCase, RESERVED_WORDS } from '../shared/typescript-text.ts';
import { uniqueNames } from '../shared/unique-names.ts';
import { IMPORTED_NAMES } from './imports.ts';

/** A table with the names for it and its columns in the module. */
export interface NamedTable {
  readonly table: OrdinaryTable;
  readonly variable: string;
  readonly isNumbered: boolean;
  readonly columns: readonly (readonly [key: string, column: Column])[];
  /** The key of a column, whose name may be in any case; null if there is no such column. */
  readonly key: (column: string) => string | null;
}

export interface NamedView {
  readonly view: View;
  readonly variable: string;
  readonly isNumbered: boolean;
  readonly columns: readonly (readonly [key: string, column: ViewColumn])[];
}

export interface ModuleNames {
  /** By folded name, in order. */
  readonly tables: ReadonlyMap<string, NamedTable>;
  readonly views: readonly NamedView[];
}

/** The names of everything in the module: the ordinary tables, and the views whose columns SQLite can determine. */
export function namesOf(schema: Schema): ModuleNames {
  const tables = schema.tables.filter((table) => table.kind === 'table');
  const views = schema.views.filter(({ columns }) => columns !== null);
  const variables = uniqueNames(
    [...tables, ...views].map(({ name }) => name),
    plainVariable,
  );
  return {
    tables: new Map(tables.map((table) => [foldName(table.name), namedTable(table, variables)])),
    views: views.map((view) => namedView(view, variables)),
  };
}

function namedTable(table: OrdinaryTable, variables: ReadonlyMap<string, string>): NamedTable {
  const columns = withKeys(table.columns);
  const keys = new Map(columns.map(([key, { name }]) => [foldName(name), key]));
  return {
    table,
    ...variableOf(table.name, variables),
    columns,
    key: (column) => keys.get(foldName(column)) ?? null,
  };
}

function namedView(view: View, variables: ReadonlyMap<string, string>): NamedView {
  return { view, ...variableOf(view.name, variables), columns: withKeys(view.columns ?? []) };
}

function variableOf(
  name: string,
  variables: ReadonlyMap<string, string>,
): Pick<NamedTable, 'variable' | 'isNumbered'> {
  const plain = plainVariable(name);
  const variable = variables.get(name) ?? plain;
  return { variable, isNumbered: variable !== plain };
}

function plainVariable(name: string): string {
  const variable = camelCase(name, 'table');
  return NO_VARIABLES.has(variable) ? `${variable}Table` : variable;
}

function withKeys<Each extends { readonly name: string }>(
  columns: readonly Each[],
): readonly (readonly [key: string, column: Each])[] {
  const keys = uniqueNames(
    columns.map(({ name }) => name),
    plainKey,
  );
  return columns.map((column) => [keys.get(column.name) ?? plainKey(column.name), column]);
}

function plainKey(name: string): string {
  const key = camelCase(name, 'column');
  return NO_KEYS.has(key) ? `${key}Column` : key;
}

/** Names that the module declares, the parameter of its functions, and global names. */
const NO_VARIABLES: ReadonlySet<string> = new Set([
  ...IMPORTED_NAMES,
  ...RESERVED_WORDS,
  't',
  'exports',
  'globalThis',
  'module',
  'require',
]);

/** Keys that Drizzle would find on every object, if a row lacks them, and keys that every table has. */
const NO_KEYS: ReadonlySet<string> = new Set([
  ...Object.getOwnPropertyNames(Object.prototype),
  'getSQL',
  'shouldOmitSQLParens',
]);
