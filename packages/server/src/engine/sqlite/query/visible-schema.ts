import { mentionsName } from '../../../schema/ddl/text/mentions-name.ts';
import { foldName, isReservedName } from '../../../schema/identifier.ts';
import type { OpenDatabase } from '../connection/open-database.ts';
import { isErrorOfStatement } from '../introspection/sql-error.ts';
import { shadowTablesOf } from '../limits/shadow-tables.ts';
import { type NamedObject, readNamedObjects } from '../limits/stored-objects.ts';
import { isWithin, tablesReadBy } from '../limits/tables-read.ts';

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
export function copySchemaTable(database: OpenDatabase): void {
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

/**
 * @param allowed the tables that the client is limited to, or null for all. Views and virtual tables are readable only if everything that
 * they read is among these.
 * @param sql the client's statement. Of a limited client, other views and virtual tables than those that it names are not readable.
 */
export function readVisibleTables(
  database: OpenDatabase,
  allowed: readonly string[] | null,
  sql: string,
): VisibleTables {
  const objects = readNamedObjects(database);
  const open = [...objects.values()].filter(({ name }) => !isReservedName(name));
  const chosen = allowed === null ? open : objectsWithin(database, open, { allowed, sql });
  const virtualTables = chosen.filter(({ kind }) => kind === 'virtual');
  const shadows = new Set(virtualTables.flatMap((table) => shadowTablesOf(table) ?? []));
  const names = [...objects.keys()];
  const readable = new Set([
    ...chosen.map(({ name }) => foldName(name)),
    ...names.filter((name) => shadows.has(name)),
  ]);
  return { readable, shadows, hidden: new Set(names.filter((name) => !readable.has(name))) };
}

/** Those that a limited client may read. Only views and virtual tables that the statement names are compiled, because there may be many. */
function objectsWithin(
  database: OpenDatabase,
  objects: readonly NamedObject[],
  { allowed, sql }: { readonly allowed: readonly string[]; readonly sql: string },
): readonly NamedObject[] {
  const limits = new Set(allowed.map(foldName));
  const within = objects.filter(({ name }) => limits.has(foldName(name)));
  const named = within.filter(({ kind, name }) => kind !== 'table' && mentionsName(sql, name));
  const read = new Set(named.flatMap(({ name }) => tablesWithin(database, name, allowed)));
  return within.filter(({ kind, name }) => kind === 'table' || read.has(foldName(name)));
}

/** What a view or virtual table reads; nothing if the client may not read all of it, or if it does not compile. */
function tablesWithin(database: OpenDatabase, name: string, allowed: readonly string[]): readonly string[] {
  try {
    const read = tablesReadBy(database, name);
    return isWithin(read, allowed) ? [...read] : [];
  } catch (error) {
    if (isErrorOfStatement(error)) return [];
    throw error;
  }
}
