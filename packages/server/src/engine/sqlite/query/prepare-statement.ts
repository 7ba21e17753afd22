import type { DatabaseSync, StatementSync } from 'node:sqlite';

import { isSqlError } from '../introspection/sql-error.ts';
import type { QueryStatement } from './query-statement.ts';

/**
 * Prepares a client's statement. The connection must accept `"text"` as a string, because views of other programs rely on it; in the
 * client's own text, a `"name"` that is no column is an error.
 * https://www.sqlite.org/quirks.html#double_quoted_string_literals_are_accepted
 */
export function prepareStatement(
  database: DatabaseSync,
  { sql, sqlWithoutStrings }: Pick<QueryStatement, 'sql' | 'sqlWithoutStrings'>,
): StatementSync {
  if (sqlWithoutStrings === null) return database.prepare(sql);
  try {
    database.prepare(sqlWithoutStrings);
  } catch (error) {
    // Another error has the text of the client.
    database.prepare(sql);
    throw isSqlError(error) ? withHint(error) : error;
  }
  return database.prepare(sql);
}

/** As SQLite explains it where double-quoted strings are off. */
function withHint(error: Error): Error {
  const name = /^no such column: ([^]*)$/.exec(error.message)?.[1];
  if (name === undefined) return error;
  const message = `no such column: "${name}" - should this be a string literal in single-quotes?`;
  return Object.assign(new Error(message, { cause: error }), { errcode: SQLITE_ERROR });
}

const SQLITE_ERROR = 1;
