import type { DatabaseSync } from 'node:sqlite';

/**
 * Returns the rows of a query as arrays, which are cheaper than objects. `Row` states the columns, which are documented for
 * SQLite's tables and PRAGMAs.
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
