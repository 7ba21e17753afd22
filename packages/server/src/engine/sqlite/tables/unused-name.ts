import type { DatabaseSync } from 'node:sqlite';

import { queryRows } from '../introspection/query-rows.ts';

/** This name, or this with a number, such as nothing in the schema has: an imported file may hold any name of ours. */
export function unusedName(database: DatabaseSync, name: string): string {
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? name : `${name}_${number}`;
    const sql = 'SELECT 1 FROM main.sqlite_schema WHERE name = ? COLLATE NOCASE';
    if (queryRows(database, sql, [candidate]).length === 0) return candidate;
  }
}
