import type { DatabaseSync } from 'node:sqlite';

import { quoteIdentifier } from '../../../schema/identifier.ts';
import type { ListedTable } from '../../project-tables.ts';
import { queryRows } from '../introspection/query-rows.ts';
import { hasMetadata, tableMetadata } from './metadata.ts';
import { visibleTables } from './visible-tables.ts';

/** Returns the tables sorted by name; null if one has no id yet. Call it inside a transaction. */
export function listTables(database: DatabaseSync, countRows: boolean): readonly ListedTable[] | null {
  const tables = visibleTables(database);
  if (tables.length === 0) return [];
  if (!hasMetadata(database)) return null;
  const listed: ListedTable[] = [];
  for (const { name } of tables) {
    const metadata = tableMetadata(database, name);
    if (metadata === null) return null;
    listed.push({ name, ...metadata, rowCount: countRows ? count(database, name) : null });
  }
  return listed;
}

const SQLITE_ERROR = 1;

function count(database: DatabaseSync, table: string): number | null {
  try {
    const [row] = queryRows<[number]>(database, `SELECT count(*) FROM main.${quoteIdentifier(table)}`);
    return row?.[0] ?? null;
  } catch (error) {
    // A missing module, or a full-text table over a missing table. https://www.sqlite.org/rescode.html
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_ERROR) return null;
    throw error;
  }
}
