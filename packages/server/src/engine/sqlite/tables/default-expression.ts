import { invalidInput } from '../../../core/subject-error.ts';
import type { ColumnType } from '../../project-tables.ts';
import { openDatabase } from '../connection/open-database.ts';
import { isOneExpression } from './one-expression.ts';

const CURRENT = /^CURRENT_(?:TIME|DATE|TIMESTAMP)$/i;

/**
 * Returns the SQL of a default that SQLite computes for each new row: `CURRENT_TIMESTAMP`, or an expression in parentheses. It is
 * compiled in a scratch database first.
 * https://www.sqlite.org/lang_createtable.html#the_default_clause
 * @throws SubjectError `validation_failed` for any other text, and if SQLite does not accept it.
 */
export function writeDefaultExpression(text: string, type: ColumnType): string {
  const sql = text.trim();
  if (CURRENT.test(sql)) return sql.toUpperCase();
  const inside = sql.slice(1, -1);
  if (!sql.startsWith('(') || !sql.endsWith(')') || !isOneExpression(inside)) {
    throw invalidInput(
      [],
      'must be CURRENT_TIME, CURRENT_DATE, CURRENT_TIMESTAMP or an SQL expression in parentheses, without a comment',
    );
  }
  using scratch = openDatabase(':memory:', { mode: 'read-write' });
  try {
    scratch.prepare(`CREATE TABLE t (c ${type} DEFAULT ${sql}) STRICT`).run();
    scratch.prepare('INSERT INTO t DEFAULT VALUES');
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'it does not compile';
    throw invalidInput([], `is not a valid default: ${reason}`);
  }
  return sql;
}
