import type { DatabaseSync } from 'node:sqlite';

import { foldName } from '../../../schema/identifier.ts';
import type { ForeignKey, ForeignKeyAction } from '../../../schema/model.ts';
import { groupRows } from './group-rows.ts';
import { queryRows } from './query-rows.ts';
import type { ColumnRow } from './read-columns.ts';

export type ForeignKeyFacts = Omit<ForeignKey, 'name' | 'match' | 'deferral'>;

type ForeignKeyRow = readonly [
  table: string,
  id: number,
  referencedTable: string,
  column: string,
  referencedColumn: string | null,
  onDelete: ForeignKeyAction,
  onUpdate: ForeignKeyAction,
];

/**
 * The foreign keys of all tables, in one query, each table's in the order of declaration: SQLite numbers them from
 * the last to the first. https://www.sqlite.org/pragma.html#pragma_foreign_key_list
 */
export function readForeignKeys(
  database: DatabaseSync,
  columns: ReadonlyMap<string, readonly ColumnRow[]>,
): ReadonlyMap<string, readonly ForeignKeyFacts[]> {
  const rows = queryRows<ForeignKeyRow>(
    database,
    `SELECT m.name, f.id, f."table", f."from", f."to", f.on_delete, f.on_update
     FROM main.sqlite_schema m JOIN pragma_foreign_key_list(m.name, 'main') f
     WHERE m.type = 'table' AND m.rootpage > 0 AND m.sql LIKE '%references%' ORDER BY m.rowid, f.id DESC, f.seq`,
  );
  const primaryKeys = new Map<string, readonly string[]>();
  for (const [table, tableColumns] of rows.length === 0 ? [] : columns) {
    primaryKeys.set(foldName(table), primaryKeyOf(tableColumns));
  }
  return new Map(
    [...groupRows(rows)].map(([table, tableRows]) => [table, foreignKeysOf(tableRows, primaryKeys)]),
  );
}

function primaryKeyOf(columns: readonly ColumnRow[]): readonly string[] {
  const members = columns.filter(([, , , , , position]) => position > 0);
  return members.toSorted((a, b) => a[5] - b[5]).map(([, name]) => name);
}

function foreignKeysOf(
  rows: readonly ForeignKeyRow[],
  primaryKeys: ReadonlyMap<string, readonly string[]>,
): readonly ForeignKeyFacts[] {
  return [...Map.groupBy(rows, ([, id]) => id).values()].map((group) => foreignKeyOf(group, primaryKeys));
}

function foreignKeyOf(
  rows: readonly ForeignKeyRow[],
  primaryKeys: ReadonlyMap<string, readonly string[]>,
): ForeignKeyFacts {
  const columns = rows.map(([, , , column]) => column);
  const written = rows.map(([, , , , referenced]) => referenced).filter((name) => name !== null);
  const [, , referencedTable = '', , , onDelete = 'NO ACTION', onUpdate = 'NO ACTION'] = rows[0] ?? [];
  const implied = primaryKeys.get(foldName(referencedTable)) ?? [];
  const referenced = written.length === columns.length ? written : implied;
  return {
    columns,
    referencedTable,
    referencedColumns: referenced.length === columns.length ? referenced : null,
    onDelete,
    onUpdate,
  };
}
