import type { Condition } from '../rows/filter-conditions.ts';
import type { RecordDatabase } from '../rows/record-database.ts';
import type { RecordTable } from '../rows/record-table.ts';

/**
 * Runs a statement that changes rows, and tells how many. SQLite does not count what INSTEAD OF triggers do for a view, so
 * there the rows are counted as they are returned. https://www.sqlite.org/c3ref/changes.html
 */
export function countChanged(database: RecordDatabase, table: RecordTable, statement: Condition): number {
  if (table.kind !== 'view') return database.run(statement.sql, statement.values);
  return [...database.rows(`${statement.sql} RETURNING 1`, statement.values)].length;
}
