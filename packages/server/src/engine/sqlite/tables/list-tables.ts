import type { DatabaseSync } from 'node:sqlite';

import type { ListedTable } from '../../project-tables.ts';
import { countRows } from '../introspection/count-rows.ts';
import { hasMetadata, tableMetadata } from './metadata.ts';
import { visibleTables } from './visible-tables.ts';

/** Returns the tables sorted by name; null if one has no id yet. Call it inside a transaction. */
export function listTables(database: DatabaseSync, counted: boolean): readonly ListedTable[] | null {
  const tables = visibleTables(database);
  if (tables.length === 0) return [];
  if (!hasMetadata(database)) return null;
  const listed: ListedTable[] = [];
  for (const { name } of tables) {
    const metadata = tableMetadata(database, name);
    if (metadata === null) return null;
    listed.push({ name, ...metadata, rowCount: counted ? countRows(database, name) : null });
  }
  return listed;
}
