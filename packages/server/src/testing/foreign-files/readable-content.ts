import { DatabaseSync } from 'node:sqlite';

import { queryRows } from '../../engine/sqlite/introspection/query-rows.ts';
import { isSqlError } from '../../engine/sqlite/introspection/sql-error.ts';
import { compareNames, quoteIdentifier } from '../../schema/identifier.ts';

/** What can be read of a database without its missing collations, functions and modules, as plain data. */
export interface ReadableContent {
  /** The statements of the schema, by type and name, without the service's own tables. */
  readonly schema: Readonly<Record<string, string>>;
  /** The rows of each table that can be read, with rowids, types and bytes. */
  readonly rows: Readonly<Record<string, readonly string[]>>;
}

/** Not the shadow tables of virtual tables, which a copy may build in another way, nor the statistics. */
export function readableContent(path: string): ReadableContent {
  using database = new DatabaseSync(path, { readOnly: true, enableDoubleQuotedStringLiterals: true });
  const statements = queryRows<[string, string]>(
    database,
    `SELECT type || ' ' || name, sql FROM sqlite_schema
     WHERE sql IS NOT NULL AND NOT (name GLOB 'sqlite_*' OR tbl_name GLOB '_rowhouse_*')`,
  );
  const tables = queryRows<[string]>(
    database,
    `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'virtual')
     AND NOT (name GLOB 'sqlite_*' OR name GLOB '_rowhouse_*')`,
  );
  const rows = tables.flatMap(([name]) => {
    const read = rowsOf(database, name);
    return read === null ? [] : [[name, read] as const];
  });
  const shadows = new Set(
    queryRows<[string]>(database, "SELECT 'table ' || name FROM pragma_table_list WHERE type = 'shadow'").map(
      ([name]) => name,
    ),
  );
  return {
    schema: sortedByName(statements.filter(([name]) => !shadows.has(name))),
    rows: sortedByName(rows),
  };
}

function sortedByName<Value>(
  entries: readonly (readonly [string, Value])[],
): Readonly<Record<string, Value>> {
  return Object.fromEntries(entries.toSorted(([a], [b]) => compareNames(a, b)));
}

/** A SELECT of the type and bytes of every value that can be computed, REALs with 15 digits; null if there is none. */
export function exactSelect(database: DatabaseSync, table: string): string | null {
  const columns = columnsOf(database, table).filter((name) =>
    compiles(database, `SELECT ${name} FROM ${quoteIdentifier(table)}`),
  );
  if (columns.length === 0) return null;
  const values = columns.map(
    (name) =>
      `typeof(${name}) || ' ' || iif(typeof(${name}) = 'real', printf('%.15g', ${name}), hex(CAST(${name} AS BLOB)))`,
  );
  return `SELECT ${values.join(" || ', ' || ")} || '.' FROM ${quoteIdentifier(table)}`;
}

function rowsOf(database: DatabaseSync, table: string): readonly string[] | null {
  const select = exactSelect(database, table);
  if (select === null) return null;
  const withRowid = select.replace('SELECT ', "SELECT rowid || ': ' || ");
  try {
    const sql = compiles(database, withRowid) ? withRowid : select;
    return queryRows<[string]>(database, sql)
      .map(([row]) => row)
      .toSorted();
  } catch (error) {
    if (isSqlError(error)) return null;
    throw error;
  }
}

function columnsOf(database: DatabaseSync, table: string): readonly string[] {
  try {
    return queryRows<[string]>(database, 'SELECT name FROM pragma_table_xinfo(?) WHERE hidden <> 1', [
      table,
    ]).map(([name]) => quoteIdentifier(name));
  } catch (error) {
    if (isSqlError(error)) return [];
    throw error;
  }
}

function compiles(database: DatabaseSync, sql: string): boolean {
  try {
    database.prepare(sql);
    return true;
  } catch (error) {
    if (isSqlError(error)) return false;
    throw error;
  }
}
