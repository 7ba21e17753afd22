import type { DatabaseSync } from 'node:sqlite';

import { RowhouseError } from '../../../../core/errors.ts';
import { invalidInput, within } from '../../../../core/subject-error.ts';
import { foldName, quoteIdentifier } from '../../../../schema/identifier.ts';
import type { NewColumn, NewForeignKey, NewTable } from '../../../project-tables.ts';
import { primaryKeyOf, readColumns } from '../../introspection/column-facts.ts';
import { queryRows } from '../../introspection/query-rows.ts';
import { METADATA_TABLES } from '../../tables/metadata-tables.ts';
import { syncMetadata } from '../../tables/sync-metadata.ts';
import { assertCheckCompiles } from './check-expression.ts';
import { newColumnText } from './new-column-text.ts';

/**
 * Creates a STRICT table. Call it inside a transaction.
 * @throws RowhouseError `already_exists`; `validation_failed`, about a part of the table.
 */
export function createTable(database: DatabaseSync, table: NewTable): void {
  defineTable(database, table);
  introduceTables(database, [table]);
}

/** Creates several tables, in this order. */
export function createTables(database: DatabaseSync, tables: readonly { readonly table: NewTable }[]): void {
  for (const [position, { table }] of tables.entries()) {
    within([position, 'table'], () => defineTable(database, table));
  }
  introduceTables(
    database,
    tables.map(({ table }) => table),
  );
}

function introduceTables(database: DatabaseSync, tables: readonly NewTable[]): void {
  database.exec(METADATA_TABLES);
  const introduce = database.prepare(
    `INSERT INTO _rowhouse_tables (name, display_name) VALUES (?, ?)
     ON CONFLICT (name) DO UPDATE SET display_name = excluded.display_name`,
  );
  for (const { name, displayName } of tables) introduce.run(name, displayName);
  syncMetadata(database);
}

function defineTable(database: DatabaseSync, table: NewTable): void {
  assertNameIsFree(database, table.name);
  assertColumnsDiffer(table);
  const keys = table.columns.filter(({ primary }) => primary);
  const columns = table.columns.map((column, position) =>
    within(['columns', position], () => newColumnText(column, roleOf(column, keys))),
  );
  if (keys.length === 0) columns.unshift('"id" INTEGER PRIMARY KEY AUTOINCREMENT');
  if (keys.length > 1) columns.push(`PRIMARY KEY (${namesOf(keys)})`);
  const checks = table.checks.map((expression, position) => {
    within(['checks', position], () => assertCheckCompiles(table.name, columns, expression));
    return `CHECK (${expression})`;
  });
  const references = table.foreignKeys.map((foreignKey, position) =>
    within(['foreignKeys', position], () => foreignKeyText(database, table, foreignKey)),
  );
  const parts = [...columns, ...checks, ...references];
  database.prepare(`CREATE TABLE ${quoteIdentifier(table.name)} (\n  ${parts.join(',\n  ')}\n) STRICT`).run();
  assertReferencesMatch(database, table);
}

/** Tables, views and indexes share one namespace. https://www.sqlite.org/lang_createtable.html */
export function assertNameIsFree(database: DatabaseSync, name: string): void {
  const [taken] = queryRows<[string]>(
    database,
    "SELECT type FROM main.sqlite_schema WHERE type <> 'trigger' AND name = ? COLLATE NOCASE",
    [name],
  );
  if (taken === undefined) return;
  throw new RowhouseError('already_exists', `There is already ${article(taken[0])} named ${name}.`);
}

function article(kind: string): string {
  return kind === 'index' ? 'an index' : `a ${kind}`;
}

function assertColumnsDiffer({ columns }: NewTable): void {
  const names = new Set(columns.some(({ primary }) => primary) ? [] : ['id']);
  for (const [position, { name }] of columns.entries()) {
    if (names.has(foldName(name))) {
      const message =
        foldName(name) === 'id' && !columns.slice(0, position).some((other) => foldName(other.name) === 'id')
          ? 'is the name of the default primary key, which is added if no column has is_primary'
          : 'is already the name of another column';
      throw invalidInput(['columns', position, 'name'], message);
    }
    names.add(foldName(name));
  }
}

function roleOf(column: NewColumn, keys: readonly NewColumn[]): 'none' | 'alone' | 'with-others' {
  if (!column.primary) return 'none';
  return keys.length === 1 ? 'alone' : 'with-others';
}

function namesOf(columns: readonly { readonly name: string }[]): string {
  return columns.map(({ name }) => quoteIdentifier(name)).join(', ');
}

function foreignKeyText(database: DatabaseSync, table: NewTable, foreignKey: NewForeignKey): string {
  const own = new Set(table.columns.map(({ name }) => foldName(name)));
  if (!table.columns.some(({ primary }) => primary)) own.add('id');
  for (const [position, column] of foreignKey.columns.entries()) {
    if (!own.has(foldName(column))) {
      throw invalidInput(['columns', position], 'is not a column of the table');
    }
  }
  const referenced = referencedColumns(database, table, foreignKey);
  if (referenced.length !== foreignKey.columns.length) {
    throw invalidInput(
      ['columns'],
      `must have as many columns as the referenced columns, ${referenced.join(', ')}`,
    );
  }
  return [
    `FOREIGN KEY (${quotedList(foreignKey.columns)})`,
    `REFERENCES ${quoteIdentifier(foreignKey.referencesTable)} (${quotedList(referenced)})`,
    ...(foreignKey.onDelete === 'NO ACTION' ? [] : [`ON DELETE ${foreignKey.onDelete}`]),
    ...(foreignKey.onUpdate === 'NO ACTION' ? [] : [`ON UPDATE ${foreignKey.onUpdate}`]),
  ].join(' ');
}

function referencedColumns(
  database: DatabaseSync,
  table: NewTable,
  foreignKey: NewForeignKey,
): readonly string[] {
  const parent = foreignKey.referencesTable;
  const isOwn = foldName(parent) === foldName(table.name);
  const [found] = queryRows<[string]>(
    database,
    "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND rootpage > 0 AND name = ? COLLATE NOCASE",
    [parent],
  );
  if (!isOwn && (found === undefined || isReservedParent(parent))) {
    throw invalidInput(['referencesTable'], 'is not a table of the project');
  }
  if (foreignKey.referencesColumns !== null) return foreignKey.referencesColumns;
  const keys = table.columns.filter(({ primary }) => primary).map(({ name }) => name);
  const own = keys.length > 0 ? keys : ['id'];
  const primaryKey = isOwn ? own : primaryKeyOf(readColumns(database, parent));
  if (primaryKey.length > 0) return primaryKey;
  throw invalidInput(['referencesColumns'], 'is required: the referenced table has no primary key');
}

function isReservedParent(name: string): boolean {
  return /^(?:sqlite_|_rowhouse_)/i.test(name);
}

function quotedList(names: readonly string[]): string {
  return names.map(quoteIdentifier).join(', ');
}

/** SQLite accepts a foreign key that names no key of its parent, but then refuses every write. */
function assertReferencesMatch(database: DatabaseSync, table: NewTable): void {
  if (table.foreignKeys.length === 0) return;
  try {
    database.prepare(`PRAGMA main.foreign_key_check(${quoteIdentifier(table.name)})`).all();
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('foreign key mismatch')) throw error;
    const parent = /referencing "([^]*)"$/.exec(error.message)?.[1] ?? '';
    const position = table.foreignKeys.findIndex(
      ({ referencesTable }) => foldName(referencesTable) === foldName(parent),
    );
    throw invalidInput(
      ['foreignKeys', Math.max(position, 0), 'referencesColumns'],
      'must be the primary key or a unique set of columns of the referenced table',
    );
  }
}
