import { invalidInput } from '../../../../core/subject-error.ts';
import type { ColumnType } from '../../../project-tables.ts';

/**
 * ANY is a type only in STRICT tables. In other tables it is an ordinary type name with numeric affinity, which converts text that looks
 * like a number. https://www.sqlite.org/stricttables.html
 */
export function assertTypeFits(type: ColumnType, strict: boolean): void {
  if (type !== 'ANY' || strict) return;
  throw invalidInput(['type'], 'must be INTEGER, REAL, TEXT or BLOB: only STRICT tables allow ANY');
}
