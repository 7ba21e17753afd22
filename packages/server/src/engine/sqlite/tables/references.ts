import type { DatabaseSync } from 'node:sqlite';

import { queryRows } from '../introspection/query-rows.ts';

export interface Reference {
  readonly columns: readonly string[];
  readonly referencedTable: string;
  readonly referencedColumns: readonly string[] | null;
  readonly onDelete: string;
  readonly onUpdate: string;
}

type Row = readonly [
  id: number,
  table: string,
  from: string,
  to: string | null,
  onDelete: string,
  onUpdate: string,
];

/**
 * The foreign keys of one table in order of declaration; SQLite numbers them from the last to the first.
 * https://www.sqlite.org/pragma.html#pragma_foreign_key_list
 */
export function referencesOf(database: DatabaseSync, table: string): readonly Reference[] {
  const rows = queryRows<Row>(
    database,
    `SELECT id, "table", "from", "to", on_delete, on_update FROM pragma_foreign_key_list(?, 'main')
     ORDER BY id DESC, seq`,
    [table],
  );
  return [...Map.groupBy(rows, ([id]) => id).values()].map((group) => {
    const [, referencedTable = '', , , onDelete = '', onUpdate = ''] = group[0] ?? [];
    const columns = group.map(([, , from]) => from);
    const written = group.map(([, , , to]) => to).filter((to) => to !== null);
    const referenced = written.length > 0 ? written : primaryKeyOf(database, referencedTable);
    const referencedColumns = referenced.length === columns.length ? referenced : null;
    return { columns, referencedTable, referencedColumns, onDelete, onUpdate };
  });
}

export function primaryKeyOf(database: DatabaseSync, table: string): readonly string[] {
  return queryRows<[string]>(
    database,
    "SELECT name FROM pragma_table_xinfo(?, 'main') WHERE pk > 0 ORDER BY pk",
    [table],
  ).map(([name]) => name);
}
