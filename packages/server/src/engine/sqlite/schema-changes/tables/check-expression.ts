import { invalidInput } from '../../../../core/subject-error.ts';
import { readCreateTable } from '../../../../schema/ddl/create-table.ts';
import { quoteIdentifier } from '../../../../schema/identifier.ts';
import { openDatabase } from '../../connection/open-database.ts';
import { isOneExpression } from '../../tables/one-expression.ts';
import { impureCall } from './impure-calls.ts';

/**
 * Compiles a CHECK in a scratch database with the columns that it may use, before it reaches a project, and compiles a write of a row,
 * because SQLite looks for collations only then.
 * @param columns the column definitions of the table.
 * @throws SubjectError `validation_failed`.
 */
export function assertCheckCompiles(table: string, columns: readonly string[], expression: string): void {
  if (!isOneExpression(expression)) {
    throw invalidInput(
      [],
      'must be one SQL expression: no semicolon or comment, quotes and parentheses closed',
    );
  }
  const sql = `CREATE TABLE ${quoteIdentifier(table)} (${columns.join(', ')}, CHECK (${expression})) STRICT`;
  using scratch = openDatabase(':memory:', { mode: 'read-write' });
  try {
    scratch.prepare(sql).run();
    scratch.prepare(`INSERT INTO ${quoteIdentifier(table)} DEFAULT VALUES`);
  } catch (error) {
    throw invalidInput([], `is not a valid CHECK expression: ${messageOf(error)}`);
  }
  const call = impureCall(expression);
  if (call !== null) {
    throw invalidInput(
      [],
      `must not depend on the time or the time zone: SQLite does not evaluate ${call} in a CHECK`,
    );
  }
  const { checks } = readCreateTable(sql);
  if (checks.length !== 1) throw invalidInput([], 'must be one SQL expression');
}

/** SQLite's error message about the client's own text. */
function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'it does not compile';
}
