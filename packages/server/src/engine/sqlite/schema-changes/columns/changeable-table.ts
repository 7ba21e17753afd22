import type { DatabaseSync } from 'node:sqlite';

import { RowhouseError } from '../../../../core/errors.ts';
import type { StoredTable } from '../../../../schema/model.ts';
import { queryRows } from '../../introspection/query-rows.ts';
import { findTable } from '../../tables/find-table.ts';
import { syncMetadata } from '../../tables/sync-metadata.ts';

/**
 * The table with this name or id, for a change of its columns. All its columns have ids afterwards.
 * @throws RowhouseError `not_found`; `conflict` for a view or a virtual table, whose columns cannot be changed.
 */
export function changeableTable(database: DatabaseSync, nameOrId: string): StoredTable {
  assertNoView(database, nameOrId);
  syncMetadata(database);
  const table = findTable(database, nameOrId);
  if (table.kind === 'table') return table;
  throw new RowhouseError('conflict', `${table.name} is a virtual table: its module defines its columns.`);
}

function assertNoView(database: DatabaseSync, name: string): void {
  const sql = "SELECT name FROM main.sqlite_schema WHERE type = 'view' AND name = ? COLLATE NOCASE";
  const [view] = queryRows<[string]>(database, sql, [name]);
  if (view === undefined) return;
  throw new RowhouseError('conflict', `${view[0]} is a view: its SELECT defines its columns.`);
}
