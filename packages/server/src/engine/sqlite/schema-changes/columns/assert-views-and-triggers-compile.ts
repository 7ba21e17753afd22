import type { DatabaseSync } from 'node:sqlite';

import { RowhouseError } from '../../../../core/errors.ts';
import { quoteIdentifier } from '../../../../schema/identifier.ts';
import { writableColumns } from '../../introspection/column-facts.ts';
import { queryRows } from '../../introspection/query-rows.ts';

/**
 * Runs a change of a table's columns and requires that views and triggers that compiled before still compile. SQLite checks them only
 * when it renames or drops a column, and not the columns that a trigger writes. When a column is added, it does not check an INSERT
 * without column names or a view with its own column names.
 * @throws RowhouseError `conflict`.
 */
export function assertViewsAndTriggersCompile<Result>(database: DatabaseSync, change: () => Result): Result {
  const before = compileErrors(database);
  const result = change();
  for (const [program, reason] of compileErrors(database)) {
    if (before.has(program)) continue;
    throw new RowhouseError('conflict', `The ${program} would no longer compile: ${reason}.`);
  }
  return result;
}

/** The error of each view, and of the triggers of each table or view, that SQLite cannot compile. */
export function compileErrors(database: DatabaseSync): ReadonlyMap<string, string> {
  const errors = new Map<string, string>();
  for (const [program, sql] of statementsThatUse(database)) {
    const error = compileErrorOf(database, sql);
    if (error !== null) errors.set(program, error);
  }
  return errors;
}

/** Compiling a statement compiles every trigger that it may fire, directly or indirectly. None of them runs. */
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

/** Assigns every column, so that every UPDATE OF trigger is included. Empty if SQLite cannot list the columns. */
function assignments(database: DatabaseSync, table: string): string {
  try {
    const columns = writableColumns(database, table).map(quoteIdentifier);
    return columns.map((column) => `${column} = ${column}`).join(', ');
  } catch {
    // A view that does not compile; its triggers do not compile either.
    return '';
  }
}

function compileErrorOf(database: DatabaseSync, sql: string): string | null {
  try {
    database.prepare(sql);
    return null;
  } catch (error) {
    // The statement does not compile.
    if (error instanceof Error) return error.message;
    throw error;
  }
}
