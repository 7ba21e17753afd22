import type { DatabaseSync } from 'node:sqlite';

import { groupRows } from './group-rows.ts';
import { queryRows } from './query-rows.ts';

/** A column as SQLite reports it. https://www.sqlite.org/pragma.html#pragma_table_xinfo */
export interface ColumnFacts {
  readonly name: string;
  readonly declaredType: string;
  readonly notNull: boolean;
  readonly defaultSql: string | null;
  /** Counted from 1; null outside the primary key. */
  readonly primaryKeyPosition: number | null;
  /** `SELECT *` omits the column. https://www.sqlite.org/vtab.html#hidden_columns_in_virtual_tables */
  readonly hidden: boolean;
  readonly generated: 'virtual' | 'stored' | null;
}

/** Returns the columns of one table or view. @throws the error of SQLite if its module is missing or its view is broken. */
export function readColumns(database: DatabaseSync, table: string): readonly ColumnFacts[] {
  const sql = `SELECT ?1, ${FIELDS} FROM pragma_table_xinfo(?1, 'main') x ORDER BY x.cid`;
  return queryRows<ColumnRow>(database, sql, [table]).map(factsOf);
}

/** Returns the columns of every ordinary table, by the name of the table. */
export function readAllColumns(database: DatabaseSync): ReadonlyMap<string, readonly ColumnFacts[]> {
  return readColumnsWhere(database, "m.type = 'table' AND m.rootpage > 0");
}

/**
 * Returns the columns of the selected tables and views, by name, in one query.
 * @param condition on `sqlite_schema m`.
 * @throws the error of SQLite if one of them cannot be read.
 */
export function readColumnsWhere(
  database: DatabaseSync,
  condition: string,
): ReadonlyMap<string, readonly ColumnFacts[]> {
  const rows = queryRows<ColumnRow>(
    database,
    `SELECT m.name, ${FIELDS} FROM main.sqlite_schema m JOIN pragma_table_xinfo(m.name, 'main') x
     WHERE ${condition} ORDER BY m.rowid, x.cid`,
  );
  return new Map([...groupRows(rows)].map(([table, tableRows]) => [table, tableRows.map(factsOf)]));
}

/** Returns the names of the columns that an UPDATE may set. @throws as `readColumns` does. */
export function writableColumns(database: DatabaseSync, table: string): readonly string[] {
  const columns = readColumns(database, table);
  return columns.filter(({ hidden, generated }) => !hidden && generated === null).map(({ name }) => name);
}

/** Returns the names of the primary key's columns, in its order. */
export function primaryKeyOf(columns: readonly ColumnFacts[]): readonly string[] {
  return columns
    .filter(({ primaryKeyPosition }) => primaryKeyPosition !== null)
    .toSorted((a, b) => (a.primaryKeyPosition ?? 0) - (b.primaryKeyPosition ?? 0))
    .map(({ name }) => name);
}

/** Not table_info, which omits generated columns. */
const FIELDS = 'x.name, x.type, x."notnull", x.dflt_value, x.pk, x.hidden';

type ColumnRow = readonly [
  table: string,
  name: string,
  declaredType: string,
  notNull: number,
  defaultSql: string | null,
  primaryKeyPosition: number,
  hidden: number,
];

function factsOf([, name, declaredType, notNull, defaultSql, position, hidden]: ColumnRow): ColumnFacts {
  return {
    name,
    declaredType,
    notNull: notNull === 1,
    defaultSql,
    primaryKeyPosition: position > 0 ? position : null,
    hidden: hidden === HIDDEN,
    generated: hidden === VIRTUAL ? 'virtual' : hidden === STORED ? 'stored' : null,
  };
}

const HIDDEN = 1;
const VIRTUAL = 2;
const STORED = 3;
