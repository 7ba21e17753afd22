import type { DatabaseSync } from 'node:sqlite';

import { queryRows } from '../introspection/query-rows.ts';

export interface TableMetadata {
  readonly id: number;
  readonly displayName: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export type ColumnMetadata = Omit<TableMetadata, 'displayName'>;

/** Whether anything in this file ever had an id. */
export function hasMetadata(database: DatabaseSync): boolean {
  const names = queryRows<[string]>(
    database,
    "SELECT name FROM main.sqlite_schema WHERE name IN ('_rowhouse_tables', '_rowhouse_columns')",
  );
  return names.length === 2;
}

export function tableMetadata(database: DatabaseSync, table: string): TableMetadata | null {
  const [row] = queryRows<[number, string | null, string, string]>(
    database,
    'SELECT id, display_name, created_at, updated_at FROM _rowhouse_tables WHERE name = ?',
    [table],
  );
  if (row === undefined) return null;
  const [id, displayName, createdAt, updatedAt] = row;
  return { id, displayName, createdAt, updatedAt };
}

/** Null if the column has none yet. */
export function columnMetadata(
  database: DatabaseSync,
  tableId: number,
  column: string,
): ColumnMetadata | null {
  const [row] = queryRows<[number, string, string]>(
    database,
    'SELECT id, created_at, updated_at FROM _rowhouse_columns WHERE table_id = CAST(? AS INTEGER) AND name = ?',
    [String(tableId), column],
  );
  if (row === undefined) return null;
  const [id, createdAt, updatedAt] = row;
  return { id, createdAt, updatedAt };
}

/** The name of the table with this id at the last `syncMetadata`. */
export function nameOfTableId(database: DatabaseSync, id: string): string | null {
  const [row] = queryRows<[string]>(
    database,
    'SELECT name FROM _rowhouse_tables WHERE id = CAST(? AS INTEGER)',
    [id],
  );
  return row?.[0] ?? null;
}
