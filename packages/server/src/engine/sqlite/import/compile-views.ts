import type { DatabaseSync } from 'node:sqlite';

import { quoteIdentifier } from '../../../schema/identifier.ts';
import { queryRows } from '../introspection/query-rows.ts';

/**
 * Has SQLite compile every view once, as an export does to learn their columns: whether that takes memory or time
 * without end is found out here, where it harms nobody. A view that is only broken is no matter.
 * @returns whether all were compiled within the time.
 */
export function compileViews(database: DatabaseSync, limitMs: number): boolean {
  const deadline = performance.now() + limitMs;
  const views = queryRows<[string]>(database, "SELECT name FROM main.sqlite_schema WHERE type = 'view'");
  return views.every(([name]) => {
    tryToCompile(database, name);
    return performance.now() <= deadline;
  });
}

function tryToCompile(database: DatabaseSync, view: string): void {
  try {
    database.prepare(`SELECT * FROM main.${quoteIdentifier(view)}`);
  } catch {
    // Old databases have views over tables that are gone; their exports say so.
  }
}
