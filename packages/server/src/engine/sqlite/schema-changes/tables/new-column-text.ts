import { invalidInput } from '../../../../core/subject-error.ts';
import { quoteIdentifier } from '../../../../schema/identifier.ts';
import type { NewColumn } from '../../../project-tables.ts';
import { writeDefault } from '../../tables/column-default.ts';

/** Whether the column is the primary key, alone or with others in a table constraint. */
export type KeyRole = 'none' | 'alone' | 'with-others';

/** The definition of a new column. @throws SubjectError `validation_failed`, about the column. */
export function newColumnText(column: NewColumn, key: KeyRole): string {
  const parts = [quoteIdentifier(column.name), column.type];
  const literal = writeDefault(column, column.type);
  if (key === 'alone') parts.push('PRIMARY KEY');
  // In a STRICT table a primary key is never NULL, with or without NOT NULL.
  if (key === 'none' && !column.nullable) parts.push('NOT NULL');
  if (key !== 'alone' && column.unique) parts.push('UNIQUE');
  if (literal !== null) {
    if (key === 'alone' && column.type === 'INTEGER') {
      throw invalidInput(
        [column.defaultExpression === null ? 'defaultValue' : 'defaultExpression'],
        'must be omitted: SQLite assigns the values of such a primary key',
      );
    }
    parts.push(`DEFAULT ${literal}`);
  }
  return parts.join(' ');
}
