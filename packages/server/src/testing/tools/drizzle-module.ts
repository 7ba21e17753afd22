import assert from 'node:assert/strict';

import { is, SQL } from 'drizzle-orm';
import {
  type ForeignKey as DrizzleForeignKey,
  getTableConfig,
  getViewConfig,
  SQLiteColumn,
  SQLiteSyncDialect,
  SQLiteTable,
  SQLiteView,
} from 'drizzle-orm/sqlite-core';

import { compareNames, foldName } from '../../schema/identifier.ts';
import type { Column, ForeignKey, Index, OrdinaryTable, Schema } from '../../schema/model.ts';

/** A loaded module of the format `drizzle`. */
export type DrizzleModule = Readonly<Record<string, unknown>>;

export function tablesOf(module: DrizzleModule): readonly SQLiteTable[] {
  return Object.values(module).filter((value) => is(value, SQLiteTable));
}

export function viewsOf(module: DrizzleModule): readonly SQLiteView[] {
  return Object.values(module).filter((value) => is(value, SQLiteView));
}

/** Asserts that Drizzle's view of a module agrees with SQLite's schema. */
export function assertDrizzleReads(module: DrizzleModule, schema: Schema): void {
  const tables = schema.tables.filter((table) => table.kind === 'table');
  assert.deepEqual(
    tablesOf(module)
      .map((table) => readBack(table))
      .toSorted(byName),
    tables.map((table) => expected(table, tables)).toSorted(byName),
  );
  const views = schema.views.filter(({ columns }) => columns !== null);
  assert.deepEqual(
    viewsOf(module)
      .map((view) => readViewBack(view))
      .toSorted(byName),
    views
      .map(({ name, columns }) => ({ name, columns: columns?.map((each) => each.name), isExisting: true }))
      .toSorted(byName),
  );
}

/** The exports of a module have their own order. */
function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return compareNames(a.name, b.name);
}

interface ReadBack {
  readonly name: string;
  readonly [fact: string]: unknown;
}

function readViewBack(view: SQLiteView): ReadBack {
  const { name, selectedFields, isExisting } = getViewConfig(view);
  return { name, columns: Object.values(selectedFields).map(columnName), isExisting };
}

function readBack(table: SQLiteTable): ReadBack {
  const config = getTableConfig(table);
  const own = config.columns.filter((column) => column.isUnique).map((column) => [column.name]);
  const keyed = config.columns.filter((column) => column.primary).map((column) => column.name);
  return {
    name: config.name,
    columns: config.columns.map((column) => ({
      name: column.name,
      notNull: column.notNull,
      hasDefault: column.default !== undefined,
      generated:
        column.generated === undefined ? null : [column.generated.mode, sqlText(column.generated.as)],
    })),
    primaryKey: [...keyed, ...config.primaryKeys.flatMap(({ columns }) => columns.map(columnName))],
    uniques: [...own, ...config.uniqueConstraints.map(({ columns }) => columns.map(columnName))]
      .map((names) => JSON.stringify(names))
      .toSorted(),
    foreignKeys: config.foreignKeys.map(readForeignKey).toSorted(),
    checks: config.checks.map(({ value }) => sqlText(value)),
    indexes: config.indexes.map(({ config: index }) => ({
      name: index.name,
      unique: index.unique,
      terms: index.columns.map((term) => (is(term, SQL) ? sqlText(term) : columnName(term))),
      where: index.where === undefined ? null : sqlText(index.where),
    })),
  };
}

function readForeignKey({ reference, onDelete, onUpdate }: DrizzleForeignKey): string {
  const { columns, foreignColumns, foreignTable } = reference();
  return JSON.stringify([
    columns.map(columnName),
    getTableConfig(foreignTable).name,
    foreignColumns.map(columnName),
    onDelete ?? 'no action',
    onUpdate ?? 'no action',
  ]);
}

function columnName(column: unknown): string {
  assert.ok(is(column, SQLiteColumn));
  return column.name;
}

function sqlText(value: unknown): string {
  assert.ok(is(value, SQL));
  const { sql, params } = new SQLiteSyncDialect().sqlToQuery(value);
  assert.deepEqual(params, []);
  return sql;
}

function expected(table: OrdinaryTable, tables: readonly OrdinaryTable[]): ReadBack {
  return {
    name: table.name,
    columns: table.columns.map((column) => ({
      name: column.name,
      notNull: isNotNull(table, column),
      hasDefault: column.default !== null && !/^[\s()]*NULL[\s()]*$/i.test(column.default),
      generated: column.generated === null ? null : [column.generated.kind, column.generated.expression],
    })),
    primaryKey: table.primaryKey?.columns.map(({ name }) => name) ?? [],
    uniques: uniqueTexts(table),
    foreignKeys: table.foreignKeys.flatMap((foreignKey) => foreignKeyText(foreignKey, tables)).toSorted(),
    checks: table.checks.map(({ expression }) => expression),
    indexes: table.indexes
      .filter(({ origin }) => origin === 'create')
      .map((index) => indexFacts(table, index)),
  };
}

/** A column can be declared UNIQUE once. */
function uniqueTexts({ uniques }: OrdinaryTable): readonly string[] {
  const names = uniques.map(({ columns }) => columns.map(({ name }) => name));
  const alone = new Set(names.filter(({ length }) => length === 1).map((each) => JSON.stringify(each)));
  const together = names.filter(({ length }) => length > 1).map((each) => JSON.stringify(each));
  return [...alone, ...together].toSorted();
}

/** As declared; but for Drizzle a single-column primary key is NOT NULL, unless it is an integer that is not the rowid. */
function isNotNull(table: OrdinaryTable, column: Column): boolean {
  const keyNames = table.primaryKey?.columns.map(({ name }) => name) ?? [];
  const inKey = keyNames.includes(column.name);
  if (column.notNull || (inKey && (table.strict || table.withoutRowid))) return true;
  const isRowid = column.declaredType.toUpperCase() === 'INTEGER' && !hasKeyIndex(table);
  const isWhole = column.affinity === 'INTEGER' || /BOOL/i.test(column.declaredType);
  return inKey && keyNames.length === 1 && (isRowid || (!isWhole && table.primaryKey?.name === null));
}

function hasKeyIndex({ indexes }: OrdinaryTable): boolean {
  return indexes.some(({ origin }) => origin === 'primary_key');
}

function foreignKeyText(foreignKey: ForeignKey, tables: readonly OrdinaryTable[]): readonly string[] {
  const { columns, referencedTable, referencedColumns, onDelete, onUpdate } = foreignKey;
  const target = tables.find(({ name }) => foldName(name) === foldName(referencedTable));
  const names = referencedColumns?.map((name) => {
    return target?.columns.find((column) => foldName(column.name) === foldName(name))?.name;
  });
  if (target === undefined || names === undefined || names.includes(undefined)) return [];
  const actions = [onDelete, onUpdate].map((action) => action.toLowerCase());
  return [JSON.stringify([columns, target.name, names, ...actions])];
}

function indexFacts(table: OrdinaryTable, { name, unique, columns, where }: Index): object {
  const terms = columns.map((term) => {
    const order = term.order === 'DESC' ? ' DESC' : '';
    if (term.kind === 'expression') return `${term.expression}${order}`;
    const column = table.columns.find((each) => {
      return term.kind === 'rowid' ? each.primaryKeyPosition === 1 : each.name === term.name;
    });
    const collation = term.collation === column?.collation ? '' : ` COLLATE "${term.collation}"`;
    const quoted = `"${table.name.replaceAll('"', '""')}"."${column?.name.replaceAll('"', '""')}"`;
    return collation + order === '' ? column?.name : `${quoted}${collation}${order}`;
  });
  return { name, unique, terms, where };
}
