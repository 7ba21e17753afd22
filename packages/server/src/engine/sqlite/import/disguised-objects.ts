import type { DatabaseSync } from 'node:sqlite';

import { queryRows } from '../introspection/query-rows.ts';

/**
 * Whether the stored schema calls an object something else than SQLite does. SQLite ignores the case of a type, and the root page of a
 * virtual table, but the service finds triggers, views and virtual tables by exactly what SQLite itself writes. A file can differ only
 * if somebody wrote into `sqlite_schema`. https://www.sqlite.org/fileformat2.html#storage_of_the_sql_database_schema
 */
export function hasDisguisedObjects(database: DatabaseSync): boolean {
  const disguised = queryRows<[number]>(
    database,
    `SELECT 1 FROM main.sqlite_schema s
     WHERE s.type NOT IN ('table', 'index', 'view', 'trigger') OR typeof(s.name) <> 'text' OR typeof(s.tbl_name) <> 'text'
       OR s.type = 'table' AND (coalesce(s.rootpage, 0) = 0) <> EXISTS (
         SELECT 1 FROM pragma_table_list l
         WHERE l.schema = 'main' AND l.type = 'virtual' AND l.name = s.name COLLATE NOCASE)
     LIMIT 1`,
  );
  return disguised.length > 0;
}
