import type { Condition } from '../rows/condition.ts';
import type { RecordDatabase } from '../rows/record-database.ts';
import type { RecordTable } from '../rows/record-table.ts';

/**
 * Runs a statement that changes rows and returns their number. SQLite does not count the changes of INSTEAD OF triggers, so for a view
 * the returned rows are counted. https://www.sqlite.org/c3ref/changes.html
 */
export function countChanged(database: RecordDatabase, table: RecordTable, statement: Condition): number {
  if (table.kind !== 'view') return database.run(statement.sql, statement.values);
  return [...database.rows(`${statement.sql} RETURNING 1`, statement.values)].length;
}
