import type { DatabaseSync } from 'node:sqlite';

import { RowhouseError } from '../../../core/errors.ts';
import { foldName } from '../../../schema/identifier.ts';
import type { StoredTable } from '../../../schema/model.ts';
import { hasMetadata, nameOfTableId } from './metadata.ts';
import { visibleTables } from './visible-tables.ts';

/**
 * Returns the table with this name, in any case, or else with this id in digits. Names come first, so a table called `7` can
 * be found, and so can the table with the id 7, by its own name.
 * @throws RowhouseError `not_found`.
 */
export function findTable(database: DatabaseSync, nameOrId: string): StoredTable {
  const tables = visibleTables(database);
  const found = byName(tables, nameOrId) ?? byName(tables, nameOfId(database, nameOrId));
  if (found === undefined) throw new RowhouseError('not_found', 'There is no such table.');
  return found;
}

function byName(tables: readonly StoredTable[], name: string | null): StoredTable | undefined {
  if (name === null) return undefined;
  return tables.find((table) => foldName(table.name) === foldName(name));
}

function nameOfId(database: DatabaseSync, id: string): string | null {
  return /^[1-9]\d{0,15}$/.test(id) && hasMetadata(database) ? nameOfTableId(database, id) : null;
}
