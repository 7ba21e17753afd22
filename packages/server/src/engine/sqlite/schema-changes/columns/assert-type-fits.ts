import type { DatabaseSync } from 'node:sqlite';

import { invalidInput } from '../../../../core/subject-error.ts';
import type { StoredTable } from '../../../../schema/model.ts';
import type { ColumnType } from '../../../project-tables.ts';
import { queryRows } from '../../introspection/query-rows.ts';

/**
 * ANY is a type only in STRICT tables. In other tables it is an ordinary type name with numeric affinity, which converts text that looks
 * like a number. https://www.sqlite.org/stricttables.html
 */
export function assertTypeFits(type: ColumnType, strict: boolean): void {
  if (type !== 'ANY' || strict) return;
  throw invalidInput(['type'], 'must be INTEGER, REAL, TEXT or BLOB: only STRICT tables allow ANY');
}

export function isStrict(database: DatabaseSync, { name }: StoredTable): boolean {
  const sql = "SELECT strict FROM pragma_table_list(?) WHERE schema = 'main'";
  return queryRows<[number]>(database, sql, [name])[0]?.[0] === 1;
}
