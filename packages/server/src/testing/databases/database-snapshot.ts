import type { DatabaseSync } from 'node:sqlite';

import { queryRows } from '../../engine/sqlite/introspection/query-rows.ts';
import { compileErrors } from '../../engine/sqlite/schema-changes/columns/assert-views-and-triggers-compile.ts';
import { foldName, quoteIdentifier } from '../../schema/identifier.ts';

/** Everything that a change of one table must not change elsewhere, as plain data. */
export interface DatabaseSnapshot {
  readonly tables: ReadonlyMap<string, TableSnapshot>;
  /** Of indexes, triggers and views, in SQLite's order within their tables. */
  readonly texts: readonly (readonly [type: string, name: string, table: string, sql: string])[];
  readonly bookkeeping: readonly unknown[];
  /** Views and triggers that do not compile. */
  readonly faults: readonly string[];
  /** The problems that integrity_check and foreign_key_check report. */
  readonly complaints: readonly string[];
}

export interface TableSnapshot {
  readonly names: readonly string[];
  readonly columns: readonly ColumnSnapshot[];
  /** Each with its rowid, if it can be read, and then its values. */
  readonly rows: readonly (readonly unknown[])[];
  readonly indexes: readonly IndexSnapshot[];
  readonly references: readonly unknown[];
}

export interface ColumnSnapshot {
  readonly type: string;
  readonly notNull: number;
  readonly default: string | null;
  readonly key: number;
  readonly hidden: number;
}

export interface IndexSnapshot {
  /** Empty if SQLite created and numbered it for a constraint. */
  readonly name: string;
  readonly unique: number;
  readonly origin: string;
  readonly partial: number;
  /** Positions of columns, with sort order and collation. */
  readonly terms: readonly (readonly [column: number, descending: number, collation: string])[];
}

export function databaseSnapshot(database: DatabaseSync): DatabaseSnapshot {
  const tables = queryRows<[string]>(
    database,
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 AND NOT (name LIKE 'sqlite\\_%' ESCAPE '\\' OR name LIKE '\\_rowhouse%' ESCAPE '\\') ORDER BY name",
  );
  return {
    tables: new Map(tables.map(([name]) => [name, tableSnapshot(database, name)])),
    texts: queryRows(
      database,
      "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE type <> 'table' AND sql IS NOT NULL ORDER BY tbl_name, type, rowid",
    ),
    bookkeeping: ['sqlite_sequence', 'sqlite_stat1'].flatMap((table) => bookkeepingIn(database, table)),
    faults: [...compileErrors(database).keys()],
    complaints: complaintsOf(database),
  };
}

function tableSnapshot(database: DatabaseSync, table: string): TableSnapshot {
  const xinfo = queryRows<[string, string, number, string | null, number, number]>(
    database,
    `SELECT name, type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo(?) ORDER BY cid`,
    [table],
  );
  const columns = xinfo.map(([, type, notNull, defaultSql, key, hidden]) => {
    return { type, notNull, default: defaultSql, key, hidden };
  });
  const names = xinfo.map(([name]) => name);
  return {
    names,
    columns,
    rows: rowsOf(database, table, names, columns),
    indexes: indexesOf(database, table),
    references: queryRows(database, 'SELECT * FROM pragma_foreign_key_list(?) ORDER BY id, seq', [table]),
  };
}

function rowsOf(
  database: DatabaseSync,
  table: string,
  names: readonly string[],
  columns: readonly ColumnSnapshot[],
): readonly (readonly unknown[])[] {
  const taken = new Set(names.map(foldName));
  const [{ wr = 0 } = {}] = database.prepare('SELECT wr FROM pragma_table_list(?)').all(table);
  const rowid = wr === 1 ? undefined : ['rowid', '_rowid_', 'oid'].find((name) => !taken.has(name));
  const key = names.filter((_, position) => (columns[position]?.key ?? 0) > 0).map(quoteIdentifier);
  const stored = names.map((name, position) => {
    // A generated column may fail for some rows; the indexes on it evaluate it.
    return columns[position]?.hidden === 0 ? quoteIdentifier(name) : 'NULL';
  });
  const statement = database.prepare(
    `SELECT ${rowid ?? 'NULL'}, ${stored.join(', ')} FROM ${quoteIdentifier(table)} NOT INDEXED ORDER BY ${rowid ?? key.join(', ')}`,
  );
  statement.setReturnArrays(true);
  statement.setReadBigInts(true);
  return statement.all() as unknown as readonly unknown[][];
}

function indexesOf(database: DatabaseSync, table: string): readonly IndexSnapshot[] {
  const rows = queryRows<[string, number, string, number]>(
    database,
    'SELECT name, "unique", origin, partial FROM pragma_index_list(?) ORDER BY name',
    [table],
  );
  return rows.map(([name, unique, origin, partial]) => ({
    name: origin === 'c' ? name : '',
    unique,
    origin,
    partial,
    terms: queryRows(
      database,
      'SELECT cid, "desc", coll FROM pragma_index_xinfo(?) WHERE key ORDER BY seqno',
      [name],
    ),
  }));
}

function bookkeepingIn(database: DatabaseSync, table: string): readonly unknown[] {
  if (database.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(table) === undefined) return [];
  const statement = database.prepare(`SELECT * FROM ${table}`);
  statement.setReadBigInts(true);
  const rows = statement.all().map((row) => Object.values(row).join(' | '));
  return rows.filter((row) => !row.includes('_rowhouse_')).toSorted();
}

function complaintsOf(database: DatabaseSync): readonly string[] {
  const integrity = queryRows<[string]>(database, 'PRAGMA integrity_check(100000)').map(([line]) => line);
  const tables = queryRows<[string]>(
    database,
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0",
  );
  const foreign = tables.flatMap(([name]) => {
    try {
      const sql = 'SELECT "table", CAST(rowid AS TEXT), parent FROM pragma_foreign_key_check(?)';
      return queryRows<readonly unknown[]>(database, sql, [name]).map((row) => JSON.stringify(row));
    } catch (error) {
      return [`${name}: ${error instanceof Error ? error.message : 'cannot be checked'}`];
    }
  });
  return [...integrity, ...foreign].filter((line) => line !== 'ok').toSorted();
}
