import type { DatabaseSync } from 'node:sqlite';

import { limitedToOtherTables } from '../../../core/errors.ts';
import { foldName } from '../../../schema/identifier.ts';
import { openDatabase } from '../connection/open-database.ts';
import { queryRows } from '../introspection/query-rows.ts';
import { explainQueryFault } from './query-fault.ts';
import type { VisibleTables } from './visible-schema.ts';

/**
 * For a client that is limited to some tables: compiles the statement where the others do not exist, so that no error tells
 * whether there is a table that it may not use, or a column in it. What gets past this the authorizer holds to the same.
 * @throws RowhouseError `permission_denied` for every other table, there or not; what else SQLite says.
 */
export function assertWithinLimits(database: DatabaseSync, tables: VisibleTables, sql: string): void {
  using scratch = openDatabase(':memory:', { mode: 'read-write' });
  for (const definition of definitionsOf(database, tables)) tryToRun(scratch, definition);
  try {
    scratch.prepare(sql);
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('no such table')) {
      throw limitedToOtherTables({ cause: error });
    }
    throw explainQueryFault(error, { sql, denial: null });
  }
}

/** Tables before views. Shadow tables come with their virtual tables. */
function definitionsOf(database: DatabaseSync, { readable, shadows }: VisibleTables): readonly string[] {
  return queryRows<[string, string]>(
    database,
    "SELECT name, sql FROM main.sqlite_schema WHERE type IN ('table', 'view') ORDER BY type",
  )
    .filter(([name]) => readable.has(foldName(name)) && !shadows.has(foldName(name)))
    .map(([, sql]) => sql);
}

/** What cannot be made here, for want of a module, cannot be read either, and is then no such table. */
function tryToRun(database: DatabaseSync, sql: string): void {
  try {
    database.prepare(sql).run();
  } catch {
    // The statement that needs it says so.
  }
}
