import type { DatabaseSync } from 'node:sqlite';

import { foldName } from '../../../schema/identifier.ts';
import { queryRows } from '../introspection/query-rows.ts';
import { METADATA_TABLES } from './metadata-tables.ts';
import { visibleColumns } from './visible-columns.ts';
import { visibleTables } from './visible-tables.ts';

/** Assigns ids to new tables and columns, and removes those of missing ones. Call it inside a transaction. */
export function syncMetadata(database: DatabaseSync): void {
  database.exec(METADATA_TABLES);
  const current = visibleTables(database);
  forgetTables(database, new Set(current.map(({ name }) => foldName(name))));
  const known = idsByName(database);
  const insert = database.prepare('INSERT INTO _rowhouse_tables (name) VALUES (?)');
  for (const { name } of current) if (!known.has(foldName(name))) insert.run(name);
  adoptColumns(database, visibleColumns(database, current), idsByName(database));
}

function idsByName(database: DatabaseSync): ReadonlyMap<string, number> {
  const rows = queryRows<[number, string]>(database, 'SELECT id, name FROM _rowhouse_tables');
  return new Map(rows.map(([id, name]) => [foldName(name), id]));
}

function forgetTables(database: DatabaseSync, current: ReadonlySet<string>): void {
  const known = queryRows<[number, string]>(database, 'SELECT id, name FROM _rowhouse_tables');
  for (const [id, name] of known) {
    if (current.has(foldName(name))) continue;
    database.prepare('DELETE FROM _rowhouse_columns WHERE table_id = ?').run(id);
    database.prepare('DELETE FROM _rowhouse_tables WHERE id = ?').run(id);
  }
}

function adoptColumns(
  database: DatabaseSync,
  columns: ReadonlyMap<string, readonly { readonly name: string }[]>,
  ids: ReadonlyMap<string, number>,
): void {
  const known = new Set(
    queryRows<[number, string]>(database, 'SELECT table_id, name FROM _rowhouse_columns').map(([id, name]) =>
      keyOf(id, name),
    ),
  );
  const insert = database.prepare('INSERT INTO _rowhouse_columns (table_id, name) VALUES (?, ?)');
  const current = new Set<string>();
  for (const [table, tableColumns] of columns) {
    const id = ids.get(foldName(table));
    if (id === undefined) continue;
    for (const { name } of tableColumns) {
      const key = keyOf(id, name);
      current.add(key);
      if (!known.has(key)) insert.run(id, name);
    }
  }
  const gone = queryRows<[number, number, string]>(
    database,
    'SELECT id, table_id, name FROM _rowhouse_columns',
  ).filter(([, table, name]) => !current.has(keyOf(table, name)));
  const remove = database.prepare('DELETE FROM _rowhouse_columns WHERE id = ?');
  for (const [id] of gone) remove.run(id);
}

function keyOf(table: number, column: string): string {
  return `${table} ${foldName(column)}`;
}
