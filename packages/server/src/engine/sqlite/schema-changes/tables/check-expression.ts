import { invalidInput } from '../../../../core/subject-error.ts';
import { readCreateTable } from '../../../../schema/ddl/create-table.ts';
import { Tokenizer } from '../../../../schema/ddl/tokenizer.ts';
import { quoteIdentifier } from '../../../../schema/identifier.ts';
import { openDatabase } from '../../connection/open-database.ts';

/**
 * Compiles a CHECK in a scratch database with the columns that it may use, before it reaches a project. Its tokens are checked first:
 * they must not close the surrounding parenthesis, end the statement, or hide the rest of it in a comment.
 * @param columns the column definitions of the table.
 * @throws SubjectError `validation_failed`.
 */
export function assertCheckCompiles(table: string, columns: readonly string[], expression: string): void {
  if (!staysInParentheses(expression)) {
    throw invalidInput(
      [],
      'must be one SQL expression: no semicolon or comment, quotes and parentheses closed',
    );
  }
  const sql = `CREATE TABLE ${quoteIdentifier(table)} (${columns.join(', ')}, CHECK (${expression})) STRICT`;
  using scratch = openDatabase(':memory:', { mode: 'read-write' });
  try {
    scratch.prepare(sql).run();
  } catch (error) {
    throw invalidInput([], `is not a valid CHECK expression: ${messageOf(error)}`);
  }
  const { checks } = readCreateTable(sql);
  if (checks.length !== 1) throw invalidInput([], 'must be one SQL expression');
}

function staysInParentheses(expression: string): boolean {
  const tokenizer = new Tokenizer(expression);
  let depth = 0;
  while (tokenizer.next()) {
    const { kind, open, start, end } = tokenizer;
    if (open || kind === 'line-comment' || kind === 'block-comment') return false;
    const mark = kind === 'punctuation' ? expression.slice(start, end) : '';
    if (mark === '(') depth += 1;
    else if (mark === ')') depth -= 1;
    if (depth < 0 || mark === ';') return false;
  }
  // For SQLite a NUL ends the statement.
  return depth === 0 && tokenizer.end >= expression.length && !expression.includes('\0');
}

/** SQLite's error message about the client's own text. */
function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'it does not compile';
}
