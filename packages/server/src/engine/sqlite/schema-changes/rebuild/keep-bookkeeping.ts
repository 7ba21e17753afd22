import type { DatabaseSync } from 'node:sqlite';

import type { StoredTable } from '../../../../schema/model.ts';
import { queryRows } from '../../introspection/query-rows.ts';

/**
 * What SQLite stores about a table and deletes with it: the AUTOINCREMENT counter, and the statistics of ANALYZE.
 * https://www.sqlite.org/fileformat2.html#internal_schema_objects
 */
const BOOKKEEPING: readonly { readonly table: string; readonly column: string }[] = [
  { table: 'sqlite_sequence', column: 'name' },
  { table: 'sqlite_stat1', column: 'tbl' },
  { table: 'sqlite_stat4', column: 'tbl' },
];

/** Runs `remake`, which drops and recreates a table, and restores the counter and the statistics. */
export function keepBookkeeping(database: DatabaseSync, { name }: StoredTable, remake: () => void): void {
  const kept = BOOKKEEPING.filter(({ table }) => exists(database, table));
  for (const { table, column } of kept) {
    database.exec(`CREATE TEMP TABLE _rowhouse_${table} AS SELECT * FROM main.${table} WHERE 0`);
    database
      .prepare(`INSERT INTO temp._rowhouse_${table} SELECT * FROM main.${table} WHERE ${column} = ?`)
      .run(name);
  }
  remake();
  for (const { table, column } of kept) {
    database.prepare(`DELETE FROM main.${table} WHERE ${column} = ?`).run(name);
    database.exec(`INSERT INTO main.${table} SELECT * FROM temp._rowhouse_${table}`);
    database.exec(`DROP TABLE temp._rowhouse_${table}`);
  }
}

function exists(database: DatabaseSync, table: string): boolean {
  return queryRows(database, 'SELECT 1 FROM main.sqlite_schema WHERE name = ?', [table]).length > 0;
}
