import { constants } from 'node:sqlite';

import { foldName, isReservedName, quoteIdentifier } from '../../../schema/identifier.ts';
import type { Authorizer, OpenDatabase } from '../connection/open-database.ts';
import { nameReadBy } from '../tables/module-text.ts';
import { shadowTablesOf } from './shadow-tables.ts';
import { type NamedObject, readNamedObjects } from './stored-objects.ts';
import { TABLE_VALUED_FUNCTIONS } from './table-valued-functions.ts';

/**
 * Returns the folded names of the tables and views that reading a table or view reads: itself, what a view reads in any depth, the
 * content of a full-text table, and the full-text table of a vocabulary. Shadow tables belong to their virtual table and are omitted.
 * @returns null if it reads something that is no table of the client, such as `sqlite_schema` or a missing table.
 * @throws SQLite's error if a view does not compile.
 */
export function tablesReadBy(database: OpenDatabase, name: string): ReadonlySet<string> | null {
  const objects = readNamedObjects(database);
  const found = new Set([foldName(name)]);
  const shadows = new Set<string>();
  // A set also iterates over what is added meanwhile.
  for (const each of found) {
    const object = objects.get(each);
    if (object === undefined || isReservedName(each)) return null;
    const read = readDirectly(database, object);
    if (read === null) return null;
    for (const table of read.tables) if (isTable(objects, table)) found.add(table);
    for (const shadow of read.shadows) shadows.add(shadow);
  }
  return new Set([...found].filter((each) => !shadows.has(each)));
}

/** Whether a client that is limited to these tables may see everything that is read. */
export function isWithin(
  read: ReadonlySet<string> | null,
  allowed: readonly string[],
): read is ReadonlySet<string> {
  const limits = new Set(allowed.map(foldName));
  return read !== null && [...read].every((name) => limits.has(name));
}

interface Reads {
  readonly tables: Iterable<string>;
  readonly shadows: readonly string[];
}

/** Null if it may read any table. */
function readDirectly(database: OpenDatabase, object: NamedObject): Reads | null {
  switch (object.kind) {
    case 'table':
      return { tables: [], shadows: [] };
    case 'view':
      return { tables: tablesCompiledIn(database, object.name), shadows: [] };
    case 'virtual': {
      const shadows = shadowTablesOf(object);
      const content = nameReadBy(object);
      return shadows === null ? null : { tables: content === null ? [] : [foldName(content)], shadows };
    }
  }
}

/** A table-valued function reads no table, unless a table has its name. */
function isTable(objects: ReadonlyMap<string, NamedObject>, name: string): boolean {
  return !TABLE_VALUED_FUNCTIONS.has(name) || objects.has(name);
}

/**
 * The folded names that SQLite reports while it compiles a view: its own, and those of the tables, views and shadow tables in it. In a view,
 * only the name of a common table expression has no schema. https://www.sqlite.org/c3ref/set_authorizer.html
 */
function tablesCompiledIn(database: OpenDatabase, view: string): ReadonlySet<string> {
  const names = new Set<string>();
  const noteTable: Authorizer = (action, table, _column, schema) => {
    if (action === constants.SQLITE_READ && schema !== null) names.add(foldName(table ?? ''));
    return constants.SQLITE_OK;
  };
  database.withAuthorizer(noteTable, () => database.prepare(`SELECT * FROM main.${quoteIdentifier(view)}`));
  return names;
}
