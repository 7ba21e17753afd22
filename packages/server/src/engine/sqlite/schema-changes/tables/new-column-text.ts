import { invalidInput, within } from '../../../../core/subject-error.ts';
import { quoteIdentifier } from '../../../../schema/identifier.ts';
import type { NewColumn } from '../../../project-tables.ts';
import { writeDefault } from '../../tables/default-literal.ts';

/** How the column takes part in the primary key: not, alone, or with others in a constraint of the table. */
export type KeyRole = 'none' | 'alone' | 'with-others';

/** The definition of a new column. @throws SubjectError `validation_failed`, about the column. */
export function newColumnText(column: NewColumn, key: KeyRole): string {
  const parts = [quoteIdentifier(column.name), column.type];
  const literal = within(['defaultValue'], () => writeDefault(column.defaultValue, column.type));
  if (key === 'alone') parts.push('PRIMARY KEY');
  // A primary key is never NULL in a STRICT table, said or not.
  if (key === 'none' && !column.nullable) parts.push('NOT NULL');
  if (key !== 'alone' && column.unique) parts.push('UNIQUE');
  if (literal !== null) {
    if (key === 'alone' && column.type === 'INTEGER') {
      throw invalidInput(
        ['defaultValue'],
        'must be omitted: SQLite assigns the values of such a primary key',
      );
    }
    parts.push(`DEFAULT ${literal}`);
  }
  return parts.join(' ');
}
