import type { DatabaseSync } from 'node:sqlite';

import { RowhouseError } from '../../../../core/errors.ts';
import { quoteIdentifier } from '../../../../schema/identifier.ts';
import { writableColumns } from '../../introspection/column-facts.ts';
import { queryRows } from '../../introspection/query-rows.ts';

/**
 * Runs a change of a table's columns, and holds it to the views and triggers: what compiled before has to compile after it.
 * SQLite looks at them only when it renames or drops a column, and then not at the columns that a trigger writes. Neither
 * does it mind an INSERT without names, or a view with names of its own, when a column is added.
 * @throws RowhouseError `conflict`.
 */
export function assertViewsAndTriggersCompile<Result>(database: DatabaseSync, change: () => Result): Result {
  const before = programFaults(database);
  const result = change();
  for (const [program, reason] of programFaults(database)) {
    if (before.has(program)) continue;
    throw new RowhouseError('conflict', `The ${program} would no longer compile: ${reason}.`);
  }
  return result;
}

/** What is wrong with each view, and with the triggers of each table or view, where SQLite does not compile them. */
export function programFaults(database: DatabaseSync): ReadonlyMap<string, string> {
  const faults = new Map<string, string>();
  for (const [program, sql] of statementsThatUse(database)) {
    const fault = faultOf(database, sql);
    if (fault !== null) faults.set(program, fault);
  }
  return faults;
}

/** To compile a statement is to compile every trigger that it may fire, and those that these fire. None is run. */
function statementsThatUse(database: DatabaseSync): readonly (readonly [program: string, sql: string])[] {
  const views = namesOf(database, "SELECT name FROM main.sqlite_schema WHERE type = 'view'");
  const fired = namesOf(database, "SELECT DISTINCT tbl_name FROM main.sqlite_schema WHERE type = 'trigger'");
  return [
    ...views.map((name) => [`view ${name}`, `SELECT * FROM main.${quoteIdentifier(name)}`] as const),
    ...fired.flatMap((name) => {
      const target = `main.${quoteIdentifier(name)}`;
      return [
        [`INSERT triggers of ${name}`, `INSERT INTO ${target} DEFAULT VALUES`],
        [`UPDATE triggers of ${name}`, `UPDATE ${target} SET ${assignments(database, name)}`],
        [`DELETE triggers of ${name}`, `DELETE FROM ${target}`],
      ] as const;
    }),
  ];
}

function namesOf(database: DatabaseSync, sql: string): readonly string[] {
  return queryRows<[string]>(database, sql).map(([name]) => name);
}

/** Of every column, so that a trigger for any of them is fired; of none where SQLite cannot say what columns there are. */
function assignments(database: DatabaseSync, table: string): string {
  try {
    const columns = writableColumns(database, table).map(quoteIdentifier);
    return columns.map((column) => `${column} = ${column}`).join(', ');
  } catch {
    // A view that does not compile: then neither does this, which is the answer.
    return '';
  }
}

function faultOf(database: DatabaseSync, sql: string): string | null {
  try {
    database.prepare(sql);
    return null;
  } catch (error) {
    // The answer of SQLite to the question.
    if (error instanceof Error) return error.message;
    throw error;
  }
}
