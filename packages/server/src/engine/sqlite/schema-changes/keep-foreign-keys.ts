import type { DatabaseSync } from 'node:sqlite';

import { RowhouseError } from '../../../core/errors.ts';
import { readForeignKeysTo } from '../introspection/foreign-key-facts.ts';
import { queryRows } from '../introspection/query-rows.ts';

/**
 * Runs a change of a table while foreign keys are off, and checks the foreign keys of the table and those that reference it. The table
 * keeps its name. Existing violations of an imported file are allowed; only additional ones are errors.
 * https://www.sqlite.org/pragma.html#pragma_foreign_key_check
 * @throws RowhouseError `conflict` or `constraint_violation`.
 */
export function keepForeignKeys<Result>(database: DatabaseSync, table: string, change: () => Result): Result {
  const before = foreignKeyState(database, table);
  const result = change();
  for (const [child, violations] of foreignKeyState(database, table)) {
    assertNotWorse(child, before.get(child) ?? 0, violations);
  }
  return result;
}

/** The number of rows without a parent; `mismatch` if a foreign key of the table names no key of its parent. */
type Violations = number | 'mismatch';

function foreignKeyState(database: DatabaseSync, table: string): ReadonlyMap<string, Violations> {
  return new Map(
    [table, ...readForeignKeysTo(database, table).keys()].map((name) => [name, violationsOf(database, name)]),
  );
}

function violationsOf(database: DatabaseSync, table: string): Violations {
  try {
    const sql = "SELECT count(*) FROM pragma_foreign_key_check(?, 'main')";
    return queryRows<[number]>(database, sql, [table])[0]?.[0] ?? 0;
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('foreign key mismatch')) return 'mismatch';
    throw error;
  }
}

function assertNotWorse(table: string, before: Violations, after: Violations): void {
  if (before === 'mismatch' || after === before) return;
  if (after === 'mismatch') {
    throw new RowhouseError(
      'conflict',
      `Foreign keys of the table ${table} would reference columns that are not unique.`,
    );
  }
  if (after <= before) return;
  throw new RowhouseError(
    'constraint_violation',
    `${after - before} rows of the table ${table} would reference rows that do not exist.`,
  );
}
