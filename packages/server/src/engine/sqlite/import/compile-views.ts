import type { DatabaseSync } from 'node:sqlite';

import { quoteIdentifier } from '../../../schema/identifier.ts';
import { queryRows } from '../introspection/query-rows.ts';

/**
 * Compiles every view once, as an export does to read its columns. Views that take unbounded memory or time are found here, in a
 * process that can be killed. Broken views are ignored.
 * @returns whether all views compiled within the time limit.
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
    // Old databases have views of dropped tables. Their exports have warnings.
  }
}
