import type { DatabaseSync } from 'node:sqlite';

import { foldName, isReservedName } from '../../../schema/identifier.ts';
import { queryRows } from '../introspection/query-rows.ts';

/** The copy of the schema table, in the connection's own temporary schema. */
export const SCHEMA_COPY = '_rowhouse_schema';

const COLUMNS = 'type, name, tbl_name, rootpage, sql';

/** What makes the names of the schema table mean the copy, before a statement. https://www.sqlite.org/schematab.html */
export const schemaTablesClause = `WITH RECURSIVE ${['sqlite_master', 'sqlite_schema']
  .map((name) => `${name}(${COLUMNS}) AS (SELECT ${COLUMNS} FROM temp.${SCHEMA_COPY})`)
  .join(', ')}`;

/**
 * Copies the schema table, without what is the service's own: no authorizer can hide a row, so the table itself is out of
 * reach, and its name stands for the copy.
 */
export function copySchemaTable(database: DatabaseSync): void {
  database.exec(
    `CREATE TEMP TABLE ${SCHEMA_COPY}(type TEXT, name TEXT, tbl_name TEXT, rootpage INT, sql TEXT);
     INSERT INTO temp.${SCHEMA_COPY} SELECT ${COLUMNS} FROM main.sqlite_schema
     WHERE lower(name) NOT GLOB '_rowhouse_*' AND lower(tbl_name) NOT GLOB '_rowhouse_*'`,
  );
}

/** What a database holds, by folded name, as far as a query may see it. */
export interface VisibleTables {
  /** Those that a query may read, views and shadow tables too. */
  readonly readable: ReadonlySet<string>;
  /** Of these the shadow tables: a module reads its own, and compiles its writes to them, when its table is read. */
  readonly shadows: ReadonlySet<string>;
  readonly hidden: ReadonlySet<string>;
}

/** @param allowed the tables that the client is limited to; null for every one. */
export function readVisibleTables(database: DatabaseSync, allowed: readonly string[] | null): VisibleTables {
  // Not from a PRAGMA: those compile every view first. A virtual table has no pages of its own.
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
 * SQLite, too, knows a shadow table by its name: `<virtual table>_<part>`, with the parts of FTS3 to FTS5, R-Tree and
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
