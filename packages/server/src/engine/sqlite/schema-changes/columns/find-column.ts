import type { DatabaseSync } from 'node:sqlite';

import { foldName } from '../../../../schema/identifier.ts';
import type { StoredTable } from '../../../../schema/model.ts';
import type { ColumnFacts } from '../../introspection/column-facts.ts';
import { queryRows } from '../../introspection/query-rows.ts';
import { columnsOf } from '../../tables/visible-columns.ts';

/** The column with this name, in any case, or else with this id; null if there is none. */
export function findColumn(
  database: DatabaseSync,
  table: StoredTable,
  nameOrId: string | number,
): ColumnFacts | null {
  const columns = columnsOf(database, table);
  if (typeof nameOrId === 'number')
    return byName(columns, nameOfId(database, table, String(nameOrId))) ?? null;
  return byName(columns, nameOrId) ?? byName(columns, nameOfId(database, table, nameOrId)) ?? null;
}

function byName(columns: readonly ColumnFacts[], name: string | null): ColumnFacts | undefined {
  if (name === null) return undefined;
  return columns.find((column) => foldName(column.name) === foldName(name));
}

/** Every change begins with `syncMetadata`, which assigns the ids. */
function nameOfId(database: DatabaseSync, table: StoredTable, id: string): string | null {
  if (!/^[1-9]\d{0,15}$/.test(id)) return null;
  const [row] = queryRows<[string]>(
    database,
    `SELECT c.name FROM _rowhouse_columns c JOIN _rowhouse_tables t ON t.id = c.table_id
     WHERE c.id = CAST(? AS INTEGER) AND t.name = ?`,
    [id, table.name],
  );
  return row?.[0] ?? null;
}
