import type { DatabaseSync } from 'node:sqlite';

import { readCreateTrigger } from '../../../../schema/ddl/create-trigger.ts';
import { DdlSyntaxError } from '../../../../schema/ddl/statement-reader.ts';
import { foldName } from '../../../../schema/identifier.ts';
import { queryRows } from '../../introspection/query-rows.ts';

/** The triggers that fire for an UPDATE OF the column. SQLite would keep them after the column is dropped, but never fire them. */
export function updateOfTriggers(database: DatabaseSync, table: string, column: string): readonly string[] {
  const rows = queryRows<[string, string]>(
    database,
    `SELECT name, CAST(sql AS TEXT) FROM main.sqlite_schema
     WHERE type = 'trigger' AND tbl_name = ? COLLATE NOCASE ORDER BY name`,
    [table],
  );
  const awaiting = rows.filter(([, sql]) =>
    updateOf(sql).some((name) => foldName(name) === foldName(column)),
  );
  return awaiting.map(([name]) => name);
}

function updateOf(sql: string): readonly string[] {
  try {
    return readCreateTrigger(sql).updateOf;
  } catch (error) {
    if (!(error instanceof DdlSyntaxError)) throw error;
    return [];
  }
}
