import { constants, type DatabaseSync } from 'node:sqlite';

import { foldName } from '../../../schema/identifier.ts';
import { queryRows } from '../introspection/query-rows.ts';
import { openDatabase } from '../open-database.ts';

/**
 * Whether the expressions of a table (its CHECKs, generated columns, defaults and indexes) may take long for a single row: they
 * call more than a few plain functions. SQLite itself is asked which, as it compiles the table in an empty database.
 */
export function hasCostlyExpressions(database: DatabaseSync, table: string): boolean {
  const statements = queryRows<[string]>(
    database,
    `SELECT sql FROM main.sqlite_schema WHERE tbl_name = ? COLLATE NOCASE AND type IN ('table', 'index')
     AND sql IS NOT NULL AND rootpage > 0 ORDER BY type = 'index'`,
    [table],
  ).map(([sql]) => sql);
  // SQLite compiles a default only when it is used.
  const defaults = queryRows<[string]>(
    database,
    "SELECT dflt_value FROM pragma_table_xinfo(?, 'main') WHERE dflt_value LIKE '%(%'",
    [table],
  ).map(([expression]) => `SELECT ${expression}`);
  return callsCostlyFunctions([...statements, ...defaults]);
}

function callsCostlyFunctions(statements: readonly string[]): boolean {
  const scratch = openDatabase(':memory:', { mode: 'read-write', doubleQuotedStrings: true });
  let costly = false;
  scratch.setAuthorizer((action, _first, name) => {
    costly ||= action === constants.SQLITE_FUNCTION && !PLAIN_FUNCTIONS.has(foldName(name ?? ''));
    return constants.SQLITE_OK;
  });
  try {
    for (const sql of statements) {
      // A default is only compiled.
      if (sql.startsWith('SELECT ')) scratch.prepare(sql);
      else scratch.exec(sql);
      // ON CONFLICT REPLACE deletes other rows, and a foreign key may take more along.
      if (/\breplace\b/i.test(sql)) return true;
    }
  } catch {
    // What cannot be compiled here is nothing to vouch for.
    return true;
  } finally {
    scratch.close();
  }
  return costly;
}

/** Each takes time in proportion to its arguments, and gives no more than it takes. https://www.sqlite.org/lang_corefunc.html */
const PLAIN_FUNCTIONS: ReadonlySet<string> = new Set([
  'abs',
  'coalesce',
  'current_date',
  'current_time',
  'current_timestamp',
  'date',
  'datetime',
  'ifnull',
  'iif',
  'json_valid',
  'julianday',
  'length',
  'lower',
  'ltrim',
  'max',
  'min',
  'nullif',
  'octet_length',
  'round',
  'rtrim',
  'sign',
  'strftime',
  'substr',
  'substring',
  'time',
  'trim',
  'typeof',
  'unixepoch',
  'upper',
]);
