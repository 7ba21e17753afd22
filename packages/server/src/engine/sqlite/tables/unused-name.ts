import type { DatabaseSync } from 'node:sqlite';

import { queryRows } from '../introspection/query-rows.ts';

/** This name, with a number if the schema already uses it: an imported file may contain any name. */
export function unusedName(database: DatabaseSync, name: string): string {
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? name : `${name}_${number}`;
    const sql = 'SELECT 1 FROM main.sqlite_schema WHERE name = ? COLLATE NOCASE';
    if (queryRows(database, sql, [candidate]).length === 0) return candidate;
  }
}
