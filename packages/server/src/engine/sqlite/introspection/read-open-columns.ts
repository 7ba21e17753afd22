import type { DatabaseSync } from 'node:sqlite';

import type { StoredSchema, ViewColumn, VirtualColumn } from '../../../schema/model.ts';
import { groupRows } from './group-rows.ts';
import { queryRows } from './query-rows.ts';

/** The columns that SQLite finds only by compiling a view or by asking a module; null where that fails. */
export interface OpenColumns {
  ofView(name: string): readonly ViewColumn[] | null;
  ofVirtualTable(name: string): readonly VirtualColumn[] | null;
}

type OpenRow = readonly [name: string, column: string, declaredType: string, hidden: number];

/**
 * All views are asked in one query, and all virtual tables in another. One broken view fails the query for all, so
 * then each is asked alone, and only the broken ones have no answer.
 */
export function readOpenColumns(database: DatabaseSync, stored: StoredSchema): OpenColumns {
  const virtualTables = stored.tables.filter((table) => table.kind === 'virtual');
  const views = readAll(database, "m.type = 'view'", stored.views);
  const tables = readAll(database, "m.type = 'table' AND coalesce(m.rootpage, 0) = 0", virtualTables);
  return {
    ofView: (name) => views.get(name)?.map(viewColumn) ?? null,
    ofVirtualTable: (name) => tables.get(name)?.map(virtualColumn) ?? null,
  };
}

function readAll(
  database: DatabaseSync,
  condition: string,
  objects: readonly { readonly name: string }[],
): ReadonlyMap<string, readonly OpenRow[]> {
  if (objects.length === 0) return new Map();
  const together = attempt(() =>
    queryRows<OpenRow>(
      database,
      `SELECT m.name, x.name, x.type, x.hidden
       FROM main.sqlite_schema m JOIN pragma_table_xinfo(m.name, 'main') x
       WHERE ${condition} ORDER BY m.rowid, x.cid`,
    ),
  );
  if (together !== null) return groupRows(together);
  return groupRows(objects.flatMap(({ name }) => attempt(() => readOne(database, name)) ?? []));
}

function readOne(database: DatabaseSync, name: string): readonly OpenRow[] {
  return queryRows<OpenRow>(
    database,
    "SELECT ?1, name, type, hidden FROM pragma_table_xinfo(?1, 'main') ORDER BY cid",
    [name],
  );
}

function attempt<Result>(read: () => Result): Result | null {
  try {
    return read();
  } catch {
    // What is wrong with a view or a module is its owner's matter; here it only means that there is no answer.
    return null;
  }
}

function viewColumn([, name, declaredType]: OpenRow): ViewColumn {
  return { name, declaredType };
}

function virtualColumn([, name, declaredType, hidden]: OpenRow): VirtualColumn {
  return { name, declaredType, hidden: hidden === 1 };
}
