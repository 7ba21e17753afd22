import type { DatabaseSync } from 'node:sqlite';

import { foldName, isReservedName } from '../../../schema/identifier.ts';
import { queryRows } from '../introspection/query-rows.ts';

/** The name of the copy of the schema table, in the connection's temporary schema. */
export const SCHEMA_COPY = '_rowhouse_schema';

const COLUMNS = 'type, name, tbl_name, rootpage, sql';

/** The beginning of a statement that makes the names of the schema table refer to the copy. https://www.sqlite.org/schematab.html */
export const schemaTablesClause = `WITH RECURSIVE ${['sqlite_master', 'sqlite_schema']
  .map((name) => `${name}(${COLUMNS}) AS (SELECT ${COLUMNS} FROM temp.${SCHEMA_COPY})`)
  .join(', ')}`;

/**
 * Copies the schema table without the service's own tables. An authorizer cannot hide rows, so the table itself is not readable, and
 * its names refer to the copy.
 */
export function copySchemaTable(database: DatabaseSync): void {
  database.exec(
    `CREATE TEMP TABLE ${SCHEMA_COPY}(type TEXT, name TEXT, tbl_name TEXT, rootpage INT, sql TEXT);
     INSERT INTO temp.${SCHEMA_COPY} SELECT ${COLUMNS} FROM main.sqlite_schema
     WHERE lower(name) NOT GLOB '_rowhouse_*' AND lower(tbl_name) NOT GLOB '_rowhouse_*'`,
  );
}

/** The tables of a database, by folded name, for the authorizer of a query. */
export interface VisibleTables {
  /** Tables, views and shadow tables that a query may read. */
  readonly readable: ReadonlySet<string>;
  /** The shadow tables among them: reading a virtual table makes its module read its shadow tables and compile writes to them. */
  readonly shadows: ReadonlySet<string>;
  readonly hidden: ReadonlySet<string>;
}

/** @param allowed the tables that the client is limited to, or null for all. */
export function readVisibleTables(database: DatabaseSync, allowed: readonly string[] | null): VisibleTables {
  // Not from a PRAGMA, which would compile every view first. A virtual table has no root page.
  const rows = queryRows<[string, string, number]>(
    database,
    "SELECT name, type, rootpage FROM main.sqlite_schema WHERE type IN ('table', 'view')",
  ).map(([name, type, rootpage]) => ({ name: foldName(name), virtual: type === 'table' && rootpage === 0 }));
  const limits = allowed === null ? null : new Set(allowed.map(foldName));
  const isOpen = (name: string) => !isReservedName(name) && (limits === null || limits.has(name));
  const names = rows.map(({ name }) => name);
  const modules = new Set(
    rows.filter(({ name, virtual }) => virtual && isOpen(name)).map(({ name }) => name),
  );
  const shadows = new Set(names.filter((name) => isShadow(name, modules)));
  const readable = new Set(names.filter((name) => isOpen(name) || shadows.has(name)));
  return { readable, shadows, hidden: new Set(names.filter((name) => !readable.has(name))) };
}

/**
 * SQLite recognizes a shadow table by its name, too: `<virtual table>_<part>`, with the parts of FTS3 to FTS5, R-Tree and
 * Geopoly. https://www.sqlite.org/vtab.html#the_xshadowname_method
 */
function isShadow(name: string, virtualTables: ReadonlySet<string>): boolean {
  const underscore = name.lastIndexOf('_');
  return virtualTables.has(name.slice(0, underscore)) && SHADOW_PARTS.has(name.slice(underscore + 1));
}

const SHADOW_PARTS: ReadonlySet<string> = new Set([
  'config',
  'content',
  'data',
  'docsize',
  'idx',
  'node',
  'parent',
  'rowid',
  'segdir',
  'segments',
  'stat',
]);
