import type { ValueFormat } from '../../core/tagged-value.ts';
import type { OpenDatabase } from '../../engine/sqlite/connection/open-database.ts';
import { listRecords } from '../../engine/sqlite/records/list-records.ts';
import { recordDatabaseOf } from '../../engine/sqlite/rows/record-database.ts';

export type ApiRow = Readonly<Record<string, unknown>>;

/** Rows of a table or view as the API returns them, rendered by the same code. */
export function apiRows(
  database: OpenDatabase,
  table: string,
  { limit = 10_000, format = 'plain' }: { readonly limit?: number; readonly format?: ValueFormat } = {},
): readonly ApiRow[] {
  const records = recordDatabaseOf(database);
  const { rowsJson } = listRecords(records, records.table(table, format), {
    filters: [],
    sort: null,
    descending: false,
    limit,
    offset: 0,
    after: null,
    columns: null,
    countAll: false,
  });
  return JSON.parse(rowsJson) as readonly ApiRow[];
}

/** The columns of a table or view in the API, in the order of a row. */
export function apiColumns(
  database: OpenDatabase,
  table: string,
): readonly { readonly name: string; readonly generated: boolean }[] {
  return recordDatabaseOf(database).table(table).columns;
}

/** The tables and views whose rows can be read. */
export function readableNames(database: OpenDatabase): readonly string[] {
  const sql = `SELECT name FROM pragma_table_list
    WHERE schema = 'main' AND type <> 'shadow' AND name NOT LIKE 'sqlite@_%' ESCAPE '@'`;
  return database
    .prepare(sql)
    .all()
    .map(({ name }) => String(name))
    .filter((name) => {
      try {
        return apiColumns(database, name).length > 0;
      } catch {
        return false;
      }
    });
}
