import type { DatabaseSync } from 'node:sqlite';

import { foldName } from '../../../schema/identifier.ts';
import type { ForeignKey, ForeignKeyAction } from '../../../schema/model.ts';
import { type ColumnFacts, primaryKeyOf, readColumns } from './column-facts.ts';
import { groupRows } from './group-rows.ts';
import { queryRows } from './query-rows.ts';

/** A foreign key as SQLite reports it. https://www.sqlite.org/pragma.html#pragma_foreign_key_list */
export type ForeignKeyFacts = Omit<ForeignKey, 'name' | 'match' | 'deferral'>;

/** Returns the foreign keys of one table, in the order of declaration. */
export function readForeignKeys(database: DatabaseSync, table: string): readonly ForeignKeyFacts[] {
  const rows = queryRows<ForeignKeyRow>(
    database,
    `SELECT ?1, ${FIELDS} FROM pragma_foreign_key_list(?1, 'main') f ORDER BY ${DECLARATION}`,
    [table],
  );
  return foreignKeysOf(rows, (parent) => primaryKeyOf(readColumns(database, parent)));
}

/**
 * Returns the foreign keys of every table, by the name of the table, each table's in the order of declaration.
 * @param columns of every table.
 */
export function readAllForeignKeys(
  database: DatabaseSync,
  columns: ReadonlyMap<string, readonly ColumnFacts[]>,
): ReadonlyMap<string, readonly ForeignKeyFacts[]> {
  const rows = queryRows<ForeignKeyRow>(
    database,
    `SELECT m.name, ${FIELDS} FROM main.sqlite_schema m JOIN pragma_foreign_key_list(m.name, 'main') f
     WHERE ${MAY_REFERENCE} ORDER BY m.rowid, ${DECLARATION}`,
  );
  const byName = new Map<string, readonly ColumnFacts[]>();
  if (rows.length > 0) for (const [table, each] of columns) byName.set(foldName(table), each);
  const keyOf = (parent: string) => primaryKeyOf(byName.get(foldName(parent)) ?? []);
  return foreignKeysByTable(rows, keyOf);
}

/** Returns the foreign keys that refer to this table, by the name of the table that has them, sorted by it. */
export function readForeignKeysTo(
  database: DatabaseSync,
  table: string,
): ReadonlyMap<string, readonly ForeignKeyFacts[]> {
  const rows = queryRows<ForeignKeyRow>(
    database,
    `SELECT m.name, ${FIELDS} FROM main.sqlite_schema m
     JOIN pragma_foreign_key_list(m.name, 'main') f ON f."table" = ? COLLATE NOCASE
     WHERE ${MAY_REFERENCE} ORDER BY m.name, ${DECLARATION}`,
    [table],
  );
  const primaryKey = rows.length === 0 ? [] : primaryKeyOf(readColumns(database, table));
  return foreignKeysByTable(rows, () => primaryKey);
}

const FIELDS = 'f.id, f."table", f."from", f."to", f.on_delete, f.on_update';

/** SQLite numbers foreign keys from the last to the first. */
const DECLARATION = 'f.id DESC, f.seq';

/** Only a table whose text has the word can have a foreign key. LIKE is much cheaper than a PRAGMA for each table. */
const MAY_REFERENCE = "m.type = 'table' AND m.rootpage > 0 AND m.sql LIKE '%references%'";

type ForeignKeyRow = readonly [
  table: string,
  id: number,
  referencedTable: string,
  column: string,
  referencedColumn: string | null,
  onDelete: ForeignKeyAction,
  onUpdate: ForeignKeyAction,
];

/** Returns the primary key of a referenced table: a foreign key that names no columns refers to it. */
type PrimaryKeyOf = (table: string) => readonly string[];

function foreignKeysByTable(
  rows: readonly ForeignKeyRow[],
  keyOf: PrimaryKeyOf,
): ReadonlyMap<string, readonly ForeignKeyFacts[]> {
  return new Map([...groupRows(rows)].map(([table, tableRows]) => [table, foreignKeysOf(tableRows, keyOf)]));
}

function foreignKeysOf(rows: readonly ForeignKeyRow[], keyOf: PrimaryKeyOf): readonly ForeignKeyFacts[] {
  return [...Map.groupBy(rows, ([, id]) => id).values()].map((group) => foreignKeyOf(group, keyOf));
}

function foreignKeyOf(rows: readonly ForeignKeyRow[], keyOf: PrimaryKeyOf): ForeignKeyFacts {
  const columns = rows.map(([, , , column]) => column);
  const written = rows.map(([, , , , referenced]) => referenced).filter((name) => name !== null);
  const [, , referencedTable = '', , , onDelete = 'NO ACTION', onUpdate = 'NO ACTION'] = rows[0] ?? [];
  const referenced = written.length === columns.length ? written : keyOf(referencedTable);
  return {
    columns,
    referencedTable,
    referencedColumns: referenced.length === columns.length ? referenced : null,
    onDelete,
    onUpdate,
  };
}
