import type { DatabaseSync } from 'node:sqlite';

import type { StoredTable } from '../../../schema/model.ts';
import { type ColumnFacts, readAllColumns } from '../introspection/column-facts.ts';
import { readColumnsOrNull } from '../introspection/open-columns.ts';

/** Returns the columns of a table that clients see; none if its module is missing. */
export function columnsOf(database: DatabaseSync, { name }: StoredTable): readonly ColumnFacts[] {
  return (readColumnsOrNull(database, name) ?? []).filter(({ hidden }) => !hidden);
}

/** Returns the columns of these tables that clients see, by the name of the table. */
export function visibleColumns(
  database: DatabaseSync,
  tables: readonly StoredTable[],
): ReadonlyMap<string, readonly ColumnFacts[]> {
  const ordinary = readAllColumns(database);
  return new Map(tables.map((table) => [table.name, ordinary.get(table.name) ?? columnsOf(database, table)]));
}
