import type { DatabaseSync } from 'node:sqlite';

const NOW = "strftime('%Y-%m-%dT%H:%M:%SZ', 'now')";

/** Call these functions inside a transaction, after `syncMetadata`. Names may be in any case. */
export function setDisplayName(database: DatabaseSync, table: string, displayName: string | null): void {
  database.prepare('UPDATE _rowhouse_tables SET display_name = ? WHERE name = ?').run(displayName, table);
  touchTable(database, table);
}

export function renameTableMetadata(database: DatabaseSync, table: string, name: string): void {
  database
    .prepare(`UPDATE _rowhouse_tables SET name = ?, updated_at = ${NOW} WHERE name = ?`)
    .run(name, table);
}

/** Sets the time at which the table's definition changed to now. */
export function touchTable(database: DatabaseSync, table: string): void {
  database.prepare(`UPDATE _rowhouse_tables SET updated_at = ${NOW} WHERE name = ?`).run(table);
}

export function renameColumnMetadata(
  database: DatabaseSync,
  { table, column, name }: { readonly table: string; readonly column: string; readonly name: string },
): void {
  database.prepare(`UPDATE _rowhouse_columns SET name = ? WHERE ${COLUMN}`).run(name, table, column);
}

export function touchColumn(database: DatabaseSync, table: string, column: string): void {
  database.prepare(`UPDATE _rowhouse_columns SET updated_at = ${NOW} WHERE ${COLUMN}`).run(table, column);
}

const COLUMN = 'table_id = (SELECT id FROM _rowhouse_tables WHERE name = ?) AND name = ?';
