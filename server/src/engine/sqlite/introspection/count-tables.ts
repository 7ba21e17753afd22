import type { DatabaseSync } from 'node:sqlite';

/** How many tables and views the database holds besides SQLite's own and the service's. */
export function countTables(database: DatabaseSync): number {
  const row = database
    .prepare(
      `SELECT count(*) AS count
       FROM sqlite_schema
       WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE '\\_rowhouse\\_%' ESCAPE '\\'`,
    )
    .get();
  return Number(row?.['count']);
}
