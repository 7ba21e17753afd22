import type { DatabaseSync } from 'node:sqlite';

import { RowhouseError } from '../../../../core/errors.ts';
import type { TableEdit } from '../../../../schema/ddl/edit-create-table.ts';
import { foldName, includesName, quoteIdentifier } from '../../../../schema/identifier.ts';
import type { StoredTable } from '../../../../schema/model.ts';
import { nameList } from '../../../../schema/name-list.ts';
import type { ColumnFacts } from '../../introspection/column-facts.ts';
import { readForeignKeysTo } from '../../introspection/foreign-key-facts.ts';
import { findTable } from '../../tables/find-table.ts';
import { fullTextTablesOver } from '../../tables/full-text-tables.ts';
import { touchTable } from '../../tables/metadata-writes.ts';
import { indexesOf, type TableIndex } from '../../tables/table-indexes.ts';
import { columnsOf } from '../../tables/visible-columns.ts';
import { dropIndexNamed } from '../indexes/unique-index.ts';
import { keepForeignKeys } from '../keep-foreign-keys.ts';
import { rebuildTable } from '../rebuild/rebuild-table.ts';
import { withoutBrokenObjects } from '../without-broken-objects.ts';
import { assertViewsAndTriggersCompile } from './assert-views-and-triggers-compile.ts';
import { changeableTable } from './changeable-table.ts';
import { constraintsAloneOn, usersInText } from './column-in-text.ts';
import { findColumn } from './find-column.ts';
import { readByName } from './rename-columns.ts';
import { updateOfTriggers } from './update-of-triggers.ts';

/**
 * Drops a column with the constraints, the foreign key and the indexes that use only this column. Call it inside a transaction, with
 * foreign keys off.
 * @returns its name as stored.
 * @throws RowhouseError `not_found`; `conflict` if something uses this column together with others.
 */
export function dropColumn(database: DatabaseSync, nameOrId: string, column: string): string {
  const table = changeableTable(database, nameOrId);
  const facts = findColumn(database, table, column);
  if (facts === null) throw new RowhouseError('not_found', 'There is no such column.');
  const { name } = facts;
  assertDroppable(database, table, facts);
  const indexes = indexesOf(database, table).filter(({ columnNames }) => columnNames.includes(name));
  assertIndexedAlone(name, indexes);
  keepForeignKeys(database, table.name, () => {
    for (const index of indexes) if (index.origin === 'c') dropIndexNamed(database, index.name);
    const edits = ownConstraints(table, name);
    if (edits.length > 0) rebuildTable(database, table, edits);
    assertViewsAndTriggersCompile(database, () => {
      const change = () => alter(database, findTable(database, table.name), name);
      withoutBrokenObjects(database, { subject: 'column', names: [name], change });
    });
  });
  touchTable(database, table.name);
  return name;
}

function assertDroppable(
  database: DatabaseSync,
  table: StoredTable,
  { name, primaryKeyPosition }: ColumnFacts,
): void {
  if (primaryKeyPosition !== null) {
    throw new RowhouseError(
      'conflict',
      `The column ${name} is part of the primary key and cannot be dropped.`,
    );
  }
  if (columnsOf(database, table).length === 1) {
    throw new RowhouseError('conflict', `The column ${name} is the only column of the table.`);
  }
  const foreignKeys = [...readForeignKeysTo(database, table.name)];
  const children = foreignKeys.filter(([child, keys]) => {
    // A foreign key that is the column itself is dropped with it.
    const others = child === table.name ? keys.filter(({ columns }) => !isOnly(columns, name)) : keys;
    return others.some(({ referencedColumns }) => includesName(referencedColumns ?? [], name));
  });
  if (children.length > 0) {
    const users = children.map(([child]) => ({ kind: 'foreign keys of the table', name: child }));
    throw usedBy(name, users);
  }
  const triggers = updateOfTriggers(database, table.name, name);
  if (triggers.length > 0) {
    throw usedBy(
      name,
      triggers.map((trigger) => ({ kind: 'the trigger', name: trigger })),
    );
  }
  const reader = fullTextTablesOver(database, table.name).find(({ columns }) => columns.has(foldName(name)));
  if (reader !== undefined) throw readByName(reader.name, name);
}

function isOnly(columns: readonly string[], name: string): boolean {
  return columns.length === 1 && columns[0] === name;
}

function usedBy(
  column: string,
  users: readonly { readonly kind: string; readonly name: string }[],
): RowhouseError {
  return new RowhouseError('conflict', `The column ${column} is used by ${nameList(users)}.`);
}

function assertIndexedAlone(column: string, indexes: readonly TableIndex[]): void {
  const shared = indexes.filter(({ columnNames }) => columnNames.length > 1);
  if (shared.length === 0) return;
  const users = shared.map(({ origin, name, columns }) =>
    origin === 'c'
      ? { kind: 'the index', name }
      : { kind: 'the UNIQUE constraint over', name: columns.join(', ') },
  );
  throw usedBy(column, users);
}

/** SQLite does not drop a column that is UNIQUE or that has a foreign key after the columns. */
function ownConstraints({ sql }: StoredTable, column: string): readonly TableEdit[] {
  const clauses = constraintsAloneOn(sql, column);
  return [
    ...(clauses.some(({ kind }) => kind === 'unique') ? [{ kind: 'drop-unique', column } as const] : []),
    ...(clauses.some((clause) => clause.kind === 'foreign_key' && clause.column === null)
      ? [{ kind: 'drop-foreign-key', column } as const]
      : []),
  ];
}

/** https://www.sqlite.org/lang_altertable.html#altertabdropcol */
function alter(database: DatabaseSync, table: StoredTable, column: string): void {
  try {
    database
      .prepare(`ALTER TABLE main.${quoteIdentifier(table.name)} DROP COLUMN ${quoteIdentifier(column)}`)
      .run();
  } catch (error) {
    const itself = `error in table ${table.name} after drop column: `;
    if (!(error instanceof Error) || !error.message.startsWith(itself)) throw error;
    const users = usersInText(table.sql, column);
    if (users.length > 0) throw usedBy(column, users);
    throw new RowhouseError(
      'conflict',
      `The table ${table.name} does not compile without the column ${column}: ${error.message.slice(itself.length)}.`,
      { cause: error },
    );
  }
}
