import type { DatabaseSync } from 'node:sqlite';

/** What a client put there, views too: of a database that counts none, an import loses nothing. */
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
