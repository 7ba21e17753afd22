import type { DatabaseSync } from 'node:sqlite';

/**
 * Every row of a query as an array, which is cheaper than an object for each. The caller says what the columns are:
 * SQLite's own tables and PRAGMAs have documented ones.
 */
export function queryRows<Row extends readonly unknown[]>(
  database: DatabaseSync,
  sql: string,
  parameters: readonly string[] = [],
): Row[] {
  const statement = database.prepare(sql);
  statement.setReturnArrays(true);
  return statement.all(...parameters) as unknown as Row[];
}
