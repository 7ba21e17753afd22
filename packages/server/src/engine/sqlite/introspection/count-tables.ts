import type { DatabaseSync } from 'node:sqlite';

/** Returns the number of tables and views that the user created. An import into a database with none loses nothing. */
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
