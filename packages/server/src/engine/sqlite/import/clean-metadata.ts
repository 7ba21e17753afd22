import type { DatabaseSync } from 'node:sqlite';

import { foldName } from '../../../schema/identifier.ts';
import { queryRows } from '../introspection/query-rows.ts';
import { METADATA_TABLES } from '../tables/metadata-tables.ts';
import { hasMetadata } from '../tables/metadata.ts';
import { visibleColumns } from '../tables/visible-columns.ts';
import { visibleTables } from '../tables/visible-tables.ts';

/** The largest id that an imported file may have. So many ids remain that no project uses them all. */
const MAX_ID = 2 ** 52;

/** The longest name, display name and time that are read, in bytes. The API accepts names of 200 characters. */
const TEXT_MAX_BYTES = 65_536;

type Ids = Readonly<Record<'_rowhouse_tables' | '_rowhouse_columns', number>>;

interface StoredRow {
  readonly id: number;
  /** The id of the table; null for a table. */
  readonly tableId: number | null;
  readonly name: string;
  readonly displayName: string | null;
  readonly createdAt: string | null;
  readonly updatedAt: string | null;
}

/**
 * Creates the service's tables of an imported file again, with those rows that the service itself could have written: of tables and
 * columns that exist, with an id in range. A display name or a time that the service would not write is left out. A file without these
 * tables gets none.
 */
export function cleanMetadata(database: DatabaseSync): void {
  if (!hasMetadata(database)) {
    database.exec('DROP TABLE IF EXISTS _rowhouse_tables; DROP TABLE IF EXISTS _rowhouse_columns');
    return;
  }
  database.exec('BEGIN IMMEDIATE');
  const visible = visibleTables(database);
  const tables = soundRows(database, TABLE_ROWS, new Set(visible.map(({ name }) => foldName(name))));
  const columns = soundRows(database, COLUMN_ROWS, columnKeys(database, tables));
  const ids = lastIds(database);
  database.exec(`DROP TABLE _rowhouse_tables; DROP TABLE _rowhouse_columns; ${METADATA_TABLES}`);
  insertRows(database, tables, columns);
  continueIds(database, ids);
  database.exec('COMMIT');
}

/** A value of any type and length is read as text within the limit, or not at all. */
function text(column: string): string {
  return `iif(typeof(${column}) = 'text' AND octet_length(${column}) <= ${TEXT_MAX_BYTES}, ${column}, NULL)`;
}

const HAS_ID = `typeof(id) = 'integer' AND id BETWEEN 1 AND ${MAX_ID}`;

const TABLE_ROWS = `SELECT id, NULL, ${text('name')}, ${text('display_name')}, ${text('created_at')}, ${text('updated_at')}
  FROM main._rowhouse_tables WHERE ${HAS_ID} ORDER BY id`;

const COLUMN_ROWS = `SELECT id, table_id, ${text('name')}, NULL, ${text('created_at')}, ${text('updated_at')}
  FROM main._rowhouse_columns WHERE ${HAS_ID} AND typeof(table_id) = 'integer' AND table_id BETWEEN 1 AND ${MAX_ID} ORDER BY id`;

/** The rows whose object is among `known`. One row at a time is in memory, because a file may have any number of others. */
function soundRows(database: DatabaseSync, sql: string, known: ReadonlySet<string>): readonly StoredRow[] {
  const statement = database.prepare(sql);
  statement.setReturnArrays(true);
  const rows: StoredRow[] = [];
  for (const row of statement.iterate() as unknown as Iterable<RawRow>) {
    const [id, tableId, name, displayName, createdAt, updatedAt] = row;
    if (name === null || !known.has(keyOf(tableId, name))) continue;
    rows.push({
      id,
      tableId,
      name,
      displayName: displayName !== null && DISPLAY_NAME.test(displayName) ? displayName : null,
      createdAt: createdAt !== null && TIME.test(createdAt) ? createdAt : null,
      updatedAt: updatedAt !== null && TIME.test(updatedAt) ? updatedAt : null,
    });
  }
  return rows;
}

type RawRow = readonly [number, number | null, string | null, string | null, string | null, string | null];

/** As the API accepts it: one line of up to 200 characters that is not blank. Bytes that are no Unicode are read as U+FFFD. */
const DISPLAY_NAME = /^(?=.*\S)[^[\p{Cc}--[\u0080-\u009f]]\p{Cs}]{1,200}$/v;

const TIME = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;

function columnKeys(database: DatabaseSync, tables: readonly StoredRow[]): ReadonlySet<string> {
  const visible = visibleColumns(database, visibleTables(database));
  const ids = new Map(tables.map(({ id, name }) => [foldName(name), id]));
  const keys = [...visible].flatMap(([table, columns]) => {
    const id = ids.get(foldName(table));
    return id === undefined ? [] : columns.map(({ name }) => keyOf(id, name));
  });
  return new Set(keys);
}

/** Distinguishes the columns of all tables, or for null the tables. */
function keyOf(tableId: number | null, name: string): string {
  return tableId === null ? foldName(name) : `${tableId} ${foldName(name)}`;
}

/** The last id that each table has used. */
function lastIds(database: DatabaseSync): Ids {
  const last = (table: string) => {
    const sql = `SELECT max(seq) FROM main.sqlite_sequence
      WHERE name = ? AND typeof(seq) = 'integer' AND seq BETWEEN 0 AND ${MAX_ID}`;
    const [[id] = [null]] = queryRows<[number | null]>(database, sql, [table]);
    return id ?? 0;
  };
  return { _rowhouse_tables: last('_rowhouse_tables'), _rowhouse_columns: last('_rowhouse_columns') };
}

function insertRows(
  database: DatabaseSync,
  tables: readonly StoredRow[],
  columns: readonly StoredRow[],
): void {
  const times = `coalesce(?, ${NOW}), coalesce(?, ${NOW})`;
  // Of two rows of one object, which the original table cannot have, the first is kept.
  const insertTable = database.prepare(
    `INSERT OR IGNORE INTO _rowhouse_tables (id, name, display_name, created_at, updated_at) VALUES (?, ?, ?, ${times})`,
  );
  for (const { id, name, displayName, createdAt, updatedAt } of tables) {
    insertTable.run(id, name, displayName, createdAt, updatedAt);
  }
  const insertColumn = database.prepare(
    `INSERT OR IGNORE INTO _rowhouse_columns (id, table_id, name, created_at, updated_at) VALUES (?, ?, ?, ${times})`,
  );
  for (const { id, tableId, name, createdAt, updatedAt } of columns) {
    insertColumn.run(id, tableId, name, createdAt, updatedAt);
  }
}

const NOW = "strftime('%Y-%m-%dT%H:%M:%SZ', 'now')";

/** An id that was used in the file is never used again. */
function continueIds(database: DatabaseSync, ids: Ids): void {
  for (const [table, last] of Object.entries(ids)) {
    const largest = `(SELECT coalesce(max(id), 0) FROM main.${table})`;
    database.prepare('DELETE FROM main.sqlite_sequence WHERE name = ?').run(table);
    database.prepare(`INSERT INTO main.sqlite_sequence VALUES (?, max(?, ${largest}))`).run(table, last);
  }
}
