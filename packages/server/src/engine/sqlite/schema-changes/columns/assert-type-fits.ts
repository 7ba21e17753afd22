import { invalidInput } from '../../../../core/subject-error.ts';
import type { ColumnType } from '../../../project-tables.ts';

/**
 * ANY is a type of STRICT tables alone. In others it is a name like any other, and has text that looks like a number turned
 * into one. https://www.sqlite.org/stricttables.html
 */
export function assertTypeFits(type: ColumnType, strict: boolean): void {
  if (type !== 'ANY' || strict) return;
  throw invalidInput(['type'], 'must be INTEGER, REAL, TEXT or BLOB: only STRICT tables allow ANY');
}
