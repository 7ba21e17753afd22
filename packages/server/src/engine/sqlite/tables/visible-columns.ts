import type { DatabaseSync } from 'node:sqlite';

import type { StoredTable } from '../../../schema/model.ts';
import { queryRows } from '../introspection/query-rows.ts';
import { readColumns } from '../introspection/read-columns.ts';

/** A row of PRAGMA table_xinfo. https://www.sqlite.org/pragma.html#pragma_table_xinfo */
export interface ColumnFacts {
  readonly name: string;
  readonly declaredType: string;
  readonly notNull: boolean;
  readonly defaultSql: string | null;
  /** Counted from 1; null outside the primary key. */
  readonly primaryKeyPosition: number | null;
  readonly hidden: number;
}

type XinfoRow = readonly [string, string, number, string | null, number, number];

/** The columns of one table, generated ones included. */
export function columnsOf(database: DatabaseSync, table: StoredTable): readonly ColumnFacts[] {
  return readXinfo(database, table)
    .map(factsOf)
    .filter(({ hidden }) => hidden !== HIDDEN);
}

/** A column of a virtual table that `SELECT *` leaves out. https://www.sqlite.org/vtab.html#hidden_columns_in_virtual_tables */
const HIDDEN = 1;

/** The columns of all these tables, by the name of the table. */
export function visibleColumns(
  database: DatabaseSync,
  tables: readonly StoredTable[],
): ReadonlyMap<string, readonly { readonly name: string }[]> {
  const ordinary = readColumns(database);
  const columns = new Map<string, readonly { readonly name: string }[]>();
  for (const table of tables) {
    const rows = ordinary.get(table.name) ?? [];
    columns.set(
      table.name,
      table.kind === 'virtual' ? columnsOf(database, table) : rows.map(([, name]) => ({ name })),
    );
  }
  return columns;
}

function readXinfo(database: DatabaseSync, table: StoredTable): readonly XinfoRow[] {
  const sql = `SELECT name, type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo(?, 'main') ORDER BY cid`;
  if (table.kind === 'table') return queryRows<XinfoRow>(database, sql, [table.name]);
  try {
    return queryRows<XinfoRow>(database, sql, [table.name]);
  } catch {
    // Its module is not in this build, or refuses it: then nobody can say what columns it has.
    return [];
  }
}

function factsOf([name, declaredType, notNull, defaultSql, position, hidden]: XinfoRow): ColumnFacts {
  const primaryKeyPosition = position > 0 ? position : null;
  return { name, declaredType, notNull: notNull === 1, defaultSql, primaryKeyPosition, hidden };
}
