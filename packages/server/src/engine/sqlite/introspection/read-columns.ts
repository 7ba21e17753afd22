import type { DatabaseSync } from 'node:sqlite';

import { groupRows } from './group-rows.ts';
import { queryRows } from './query-rows.ts';

export type ColumnRow = readonly [
  table: string,
  name: string,
  declaredType: string,
  notNull: number,
  defaultSql: string | null,
  primaryKeyPosition: number,
  hidden: number,
];

/**
 * The columns of all ordinary tables, in one query. table_xinfo, since table_info leaves generated columns out.
 * https://www.sqlite.org/pragma.html#pragma_table_xinfo
 */
export function readColumns(database: DatabaseSync): ReadonlyMap<string, readonly ColumnRow[]> {
  return groupRows(
    queryRows<ColumnRow>(
      database,
      `SELECT m.name, x.name, x.type, x."notnull", x.dflt_value, x.pk, x.hidden
       FROM main.sqlite_schema m JOIN pragma_table_xinfo(m.name, 'main') x
       WHERE m.type = 'table' AND m.rootpage > 0 ORDER BY m.rowid, x.cid`,
    ),
  );
}
