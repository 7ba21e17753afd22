import type { DatabaseSync, StatementSync } from 'node:sqlite';

import { RowhouseError } from '../../../core/errors.ts';
import { readCreateTable } from '../../../schema/ddl/create-table.ts';
import { DdlSyntaxError } from '../../../schema/ddl/statement-reader.ts';
import { withKnownCollations } from '../../../schema/ddl/text/known-collations.ts';
import { foldName, quoteIdentifier } from '../../../schema/identifier.ts';
import { type OpenDatabase, openDatabase } from '../connection/open-database.ts';
import { readColumns } from '../introspection/column-facts.ts';
import { incomputableColumns } from '../introspection/incomputable-columns.ts';
import { queryRows } from '../introspection/query-rows.ts';
import { isSqlError } from '../introspection/sql-error.ts';
import { writeStoredTexts } from '../tables/stored-texts.ts';
import type { RecordDatabase } from './record-database.ts';
import type { RecordTable } from './record-table.ts';

/** The most that is copied, because other writes wait meanwhile. */
const MAX_ROWS = 100_000;
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * The tables WITHOUT ROWID that SQLite cannot read here at all, because a column has an unknown collation: such a table is an index, and
 * SQLite does not open an index without its collations.
 */
export function tablesWithoutCollation(database: DatabaseSync): readonly string[] {
  const candidates = queryRows<[string]>(
    database,
    `SELECT name FROM main.sqlite_schema
     WHERE type = 'table' AND rootpage > 0 AND sql LIKE '%collate%' AND sql LIKE '%without%rowid%'`,
  );
  return candidates.map(([name]) => name).filter((name) => !isReadable(database, name));
}

function isReadable(database: DatabaseSync, table: string): boolean {
  try {
    database.prepare(`SELECT 1 FROM main.${quoteIdentifier(table)}`);
    return true;
  } catch (error) {
    if (isSqlError(error)) return false;
    throw error;
  }
}

/**
 * The table, or for one that SQLite cannot read the same table in a copy of its rows. Reading the copy is as long as copying it, so this
 * is for processes.
 */
export function readableTable(database: RecordDatabase, table: RecordTable): RecordTable {
  if (table.kind !== 'table' || isReadable(database.connection, table.name)) return table;
  if (!tablesWithoutCollation(database.connection).includes(table.name)) return table;
  return { ...table, quoted: copyTable(database.connection, table.name) };
}

/**
 * Copies the rows of such a table into a temporary table of the same name. Another connection reads them in a transaction in which the
 * table's text names no unknown collation, and rolls it back.
 * @returns the quoted name of the copy.
 * @throws RowhouseError `conflict` if the table is too large.
 */
export function copyTable(database: OpenDatabase, table: string): string {
  const source = openDatabase(database.location() ?? '', { mode: 'read-write', doubleQuotedStrings: true });
  try {
    source.exec('BEGIN IMMEDIATE');
    nameKnownCollations(source, table);
    return copyFrom(source, database, table);
  } finally {
    // Closing rolls back.
    source.close();
  }
}

/** The copy has no types, which would convert values that do not fit them, but the collations that SQLite has. */
function copyFrom(source: DatabaseSync, database: DatabaseSync, table: string): string {
  const all = readColumns(source, table);
  const incomputable = incomputableColumns(source, table, all);
  const columns = all.filter(({ name }) => !incomputable.includes(name));
  const collations = knownCollations(database, table);
  const names = columns.map(({ name }) => quoteIdentifier(name));
  const copy = `temp.${quoteIdentifier(table)}`;
  const definitions = columns.map(
    ({ name }, position) => `${names[position]} COLLATE ${collations.get(foldName(name)) ?? 'BINARY'}`,
  );
  database.exec(`CREATE TEMP TABLE ${quoteIdentifier(table)} (${definitions.join(', ')})`);
  const values = names.map(() => "iif(? = 'text', CAST(? AS TEXT), ?)");
  try {
    const insert = database.prepare(`INSERT INTO ${copy} VALUES (${values.join(', ')})`);
    copyRows(source, { table, names, insert });
  } catch (error) {
    database.exec(`DROP TABLE ${copy}`);
    throw error;
  }
  return copy;
}

/** The collations of a table's columns that SQLite has, by folded name. Empty if the table's text cannot be parsed. */
function knownCollations(database: DatabaseSync, table: string): ReadonlyMap<string, string> {
  const sql = "SELECT CAST(sql AS TEXT) FROM main.sqlite_schema WHERE type = 'table' AND name = ?";
  const [[text] = ['']] = queryRows<[string]>(database, sql, [table]);
  try {
    const { columns } = readCreateTable(withKnownCollations(text));
    return new Map(
      columns.map(({ name, collation }) => [foldName(name), quoteIdentifier(collation ?? 'BINARY')]),
    );
  } catch (error) {
    if (!(error instanceof DdlSyntaxError)) throw error;
    return new Map();
  }
}

function nameKnownCollations(database: DatabaseSync, table: string): void {
  const texts = queryRows<['table' | 'index', string, string]>(
    database,
    `SELECT type, name, CAST(sql AS TEXT) FROM main.sqlite_schema
     WHERE tbl_name = ? COLLATE NOCASE AND type IN ('table', 'index') AND sql IS NOT NULL`,
    [table],
  );
  writeStoredTexts(
    database,
    texts.map(([kind, name, sql]) => ({ kind, name, sql: withKnownCollations(sql) })),
  );
}

interface Copying {
  readonly table: string;
  /** Quoted. */
  readonly names: readonly string[];
  readonly insert: StatementSync;
}

/** Texts pass as bytes, because JavaScript would change those that are not valid. */
function copyRows(source: DatabaseSync, { table, names, insert }: Copying): void {
  const values = names.map(
    (name) => `typeof(${name}), iif(typeof(${name}) = 'text', CAST(${name} AS BLOB), ${name})`,
  );
  const select = source.prepare(
    `SELECT ${values.join(', ')} FROM main.${quoteIdentifier(table)} NOT INDEXED`,
  );
  select.setReturnArrays(true);
  select.setReadBigInts(true);
  let [rows, bytes] = [0, 0];
  for (const row of select.iterate() as unknown as Iterable<
    readonly (string | number | bigint | null | Uint8Array)[]
  >) {
    rows += 1;
    bytes += row.reduce<number>(
      (sum, value) => sum + (value instanceof Uint8Array ? value.byteLength : 8),
      0,
    );
    if (rows > MAX_ROWS || bytes > MAX_BYTES) throw tooLarge(table);
    insert.run(...names.flatMap((_, position) => parametersOf(row, position)));
  }
}

function parametersOf(
  row: readonly (string | number | bigint | null | Uint8Array)[],
  position: number,
): (string | number | bigint | null | Uint8Array)[] {
  const [type, value] = [row[position * 2] ?? null, row[position * 2 + 1] ?? null];
  return [type, value, value];
}

function tooLarge(table: string): RowhouseError {
  const message = `${table} cannot be read here: its collation is missing, and it has more than ${MAX_ROWS} rows or 64 MiB.`;
  return new RowhouseError('conflict', message);
}
