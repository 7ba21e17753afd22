import type { DatabaseSync } from 'node:sqlite';

import { quoteIdentifier } from '../../../../schema/identifier.ts';
import type { StoredSchema } from '../../../../schema/model.ts';
import { nameList } from '../../../../schema/name-list.ts';
import { queryRows } from '../../introspection/query-rows.ts';
import { isSqlError } from '../../introspection/sql-error.ts';
import { isValueProblem } from '../../introspection/value-problems.ts';

/** A warning if tables hold values that their columns do not allow: no INSERT stores them again. quick_check takes a tenth of a dump. */
export function unfitValueWarnings(connection: DatabaseSync, schema: StoredSchema): readonly string[] {
  connection.exec('PRAGMA ignore_check_constraints = ON');
  const unfit = schema.tables.filter(
    ({ kind, name }) => kind === 'table' && hasUnfitValues(connection, name),
  );
  connection.exec('PRAGMA ignore_check_constraints = OFF');
  if (unfit.length === 0) return [];
  const named = unfit.map(({ name }) => ({ kind: 'table', name }));
  return [
    `rows do not load as they are, because values break NOT NULL or do not have the type of their column: ${nameList(named)}`,
  ];
}

function hasUnfitValues(connection: DatabaseSync, table: string): boolean {
  try {
    const rows = queryRows<[string]>(connection, `PRAGMA main.quick_check(${quoteIdentifier(table)})`);
    return rows.some(([problem]) => isValueProblem(problem));
  } catch (error) {
    // SQLite lacks something here, which has a warning of its own.
    if (isSqlError(error)) return false;
    throw error;
  }
}
