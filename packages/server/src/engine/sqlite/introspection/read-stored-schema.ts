import type { DatabaseSync } from 'node:sqlite';

import { firstStatement } from '../../../schema/ddl/text/first-statement.ts';
import { foldName, isReservedName } from '../../../schema/identifier.ts';
import type {
  DatabaseHeader,
  Encoding,
  StoredObject,
  StoredSchema,
  StoredTable,
} from '../../../schema/model.ts';
import { queryRows } from './query-rows.ts';

/**
 * Returns the objects in sqlite_schema. Call it inside a transaction, because it runs several queries.
 * https://www.sqlite.org/schematab.html
 * @param references the tables that each table references, by name. By default, they are read.
 */
export function readStoredSchema(
  database: DatabaseSync,
  references: ReadonlyMap<string, readonly string[]> = readReferences(database),
): StoredSchema {
  // A file may have a BLOB there, which SQLite also reads as text.
  const rows = queryRows<SchemaRow>(
    database,
    'SELECT type, name, tbl_name, CAST(sql AS TEXT), rootpage FROM main.sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid',
  );
  const isHidden = hiddenNames(database, rows);
  const visible = rows.filter(([, name, table]) => !isHidden(name) && !isHidden(table));
  return {
    ...readHeader(database),
    tables: visible.filter(([type]) => type === 'table').map((row) => storedTable(row, references)),
    indexes: visible.filter(([type]) => type === 'index').map(storedObject),
    views: visible.filter(([type]) => type === 'view').map(storedObject),
    triggers: visible.filter(([type]) => type === 'trigger').map(storedObject),
  };
}

type SchemaRow = readonly [type: string, name: string, table: string, sql: string, rootPage: number | null];

function readHeader(database: DatabaseSync): DatabaseHeader {
  const [row] = queryRows<[Encoding, number, number]>(
    database,
    'SELECT encoding, user_version, application_id FROM pragma_encoding, pragma_user_version, pragma_application_id',
  );
  const [encoding, userVersion, applicationId] = row ?? ['UTF-8', 0, 0];
  return { encoding, userVersion, applicationId };
}

/**
 * Lists shadow tables only if there is a virtual table, which has no root page, because SQLite prepares a SELECT over each view
 * to list all tables. https://www.sqlite.org/vtab.html#the_xshadowname_method
 */
function hiddenNames(database: DatabaseSync, rows: readonly SchemaRow[]): (name: string) => boolean {
  if (!rows.some(isVirtual)) return isReservedName;
  const shadows = queryRows<[string]>(
    database,
    "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow'",
  );
  const names = new Set(shadows.map(([name]) => foldName(name)));
  return (name) => isReservedName(name) || names.has(foldName(name));
}

function isVirtual([type, , , , rootPage]: SchemaRow): boolean {
  return type === 'table' && (rootPage ?? 0) === 0;
}

/** Only a table whose text has the word can have a foreign key. LIKE is much cheaper than a PRAGMA for each table. */
function readReferences(database: DatabaseSync): ReadonlyMap<string, readonly string[]> {
  const rows = queryRows<[string, string]>(
    database,
    `SELECT m.name, f."table" FROM main.sqlite_schema m JOIN pragma_foreign_key_list(m.name, 'main') f
     WHERE m.type = 'table' AND m.rootpage > 0 AND m.sql LIKE '%references%' ORDER BY m.rowid, f.id`,
  );
  const references = new Map<string, string[]>();
  for (const [name, parent] of rows) {
    const parents = references.get(name);
    if (parents === undefined) references.set(name, [parent]);
    else parents.push(parent);
  }
  return references;
}

function storedTable(row: SchemaRow, references: ReadonlyMap<string, readonly string[]>): StoredTable {
  return {
    ...storedObject(row),
    kind: isVirtual(row) ? 'virtual' : 'table',
    references: references.get(row[1]) ?? [],
  };
}

function storedObject([, name, table, sql]: SchemaRow): StoredObject {
  return { name, table, sql: firstStatement(sql) };
}
