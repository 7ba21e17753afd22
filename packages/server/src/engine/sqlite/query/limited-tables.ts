import type { DatabaseSync } from 'node:sqlite';

import { limitedToOtherTables } from '../../../core/errors.ts';
import { foldName } from '../../../schema/identifier.ts';
import { openDatabase } from '../connection/open-database.ts';
import { emptyTable } from '../introspection/open-columns.ts';
import { queryRows } from '../introspection/query-rows.ts';
import { prepareStatement } from './prepare-statement.ts';
import { explainQueryError } from './query-errors.ts';
import type { QueryStatement } from './query-statement.ts';
import type { VisibleTables } from './visible-schema.ts';

/**
 * Compiles the statement of a client that is limited to some tables in a database where the others do not exist, so that no error
 * reveals a table that the client may not use, or its columns. The authorizer enforces the same limit when the statement runs.
 * @throws RowhouseError `permission_denied` for every other table, whether it exists or not; SQLite's other errors.
 */
export function assertWithinLimits(
  database: DatabaseSync,
  tables: VisibleTables,
  statement: QueryStatement,
): void {
  using scratch = openDatabase(':memory:', { mode: 'read-write', doubleQuotedStrings: true });
  for (const { name, sql } of definitionsOf(database, tables)) {
    if (!tryToRun(scratch, sql)) tryToRun(scratch, emptyTable(database, name) ?? '');
  }
  try {
    prepareStatement(scratch, statement);
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('no such table')) {
      throw limitedToOtherTables({ cause: error });
    }
    throw explainQueryError(error, { sql: statement.sql, denial: null, allowed: null });
  }
}

/** Tables before views. Creating a virtual table creates its shadow tables. */
function definitionsOf(
  database: DatabaseSync,
  { readable, shadows }: VisibleTables,
): readonly { readonly name: string; readonly sql: string }[] {
  return queryRows<[string, string]>(
    database,
    "SELECT name, sql FROM main.sqlite_schema WHERE type IN ('table', 'view') ORDER BY type",
  )
    .filter(([name]) => readable.has(foldName(name)) && !shadows.has(foldName(name)))
    .map(([name, sql]) => ({ name, sql }));
}

/**
 * Returns whether the statement ran. A virtual table whose module is missing cannot be created here or read, so the statement of the
 * client finds no such table.
 */
function tryToRun(database: DatabaseSync, sql: string): boolean {
  try {
    database.prepare(sql).run();
    return true;
  } catch {
    // The statement that uses the table reports the error.
    return false;
  }
}
