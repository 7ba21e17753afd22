import type { DatabaseSync, StatementSync } from 'node:sqlite';

import { RowhouseError } from '../../../core/errors.ts';
import { within } from '../../../core/subject-error.ts';
import { mentionsName } from '../../../schema/ddl/text/mentions-name.ts';
import { foldName } from '../../../schema/identifier.ts';
import type { QueryAnswer } from '../../project-queries.ts';
import type { OpenDatabase } from '../connection/open-database.ts';
import { isSqlError } from '../introspection/sql-error.ts';
import type { QueryMethods } from '../protocol/query-methods.ts';
import { copyTable, tablesWithoutCollation } from '../rows/copied-table.ts';
import type { SqliteValue } from '../values/record-value.ts';
import { bindParameters } from './bind-parameters.ts';
import { assertWithinLimits } from './limited-tables.ts';
import { openForQuery } from './open-for-query.ts';
import { prepareStatement } from './prepare-statement.ts';
import { explainQueryError } from './query-errors.ts';
import { type QueryStatement, readStatement } from './query-statement.ts';
import { authorizeReading } from './reading-authorizer.ts';
import { renderRows } from './render-rows.ts';
import { copySchemaTable, readVisibleTables, type VisibleTables } from './visible-schema.ts';

/** Runs one statement of a client on a new connection. It blocks until the statement is done. */
export function runQuery(input: QueryMethods['runQuery']['input']): QueryAnswer {
  const start = performance.now();
  const statement = readStatement(input.sql);
  const values = within(['parameters'], () => bindParameters(statement.parameters, input.parameters));
  using database = openForQuery(input.path);
  // One snapshot from here on, so that the allowed tables are the tables that exist.
  database.exec('BEGIN');
  const visible = readVisibleTables(database, input.allowed, input.sql);
  const tables = { ...visible, copies: copyMentionedTables(database, visible, statement.sql) };
  if (input.allowed !== null) assertWithinLimits(database, tables, statement);
  if (statement.readsSchema && input.allowed === null) copySchemaTable(database);
  database.exec('PRAGMA query_only = ON');
  const authorizer = authorizeReading(database, tables);
  try {
    const prepared = prepareForRows(database, statement);
    const columns = prepared.columns().map(({ name }) => name);
    const rows = prepared.iterate(values.named, ...values.anonymous);
    // The declared type of a statement that returns arrays is objects.
    const arrays = rows as unknown as Iterable<readonly SqliteValue[]>;
    const { json, count, truncated } = renderRows(arrays, columns, input);
    const durationMs = Math.round(performance.now() - start);
    return { columns, rowsJson: json, rowCount: count, truncated, durationMs };
  } catch (error) {
    throw explainQueryError(error, { ...input, denial: authorizer.denial() });
  }
}

/**
 * Copies the tables that SQLite cannot read in place, if the statement may use them. A table name finds a temporary table first.
 * @returns their folded names.
 */
function copyMentionedTables(
  database: OpenDatabase,
  { readable }: VisibleTables,
  sql: string,
): ReadonlySet<string> {
  const copied = tablesWithoutCollation(database).filter(
    (name) => readable.has(foldName(name)) && mentionsName(sql, name),
  );
  return new Set(copied.filter((name) => tryToCopy(database, name)).map(foldName));
}

/** The name may mean something else in the statement. If it means the table, the statement has the error. */
function tryToCopy(database: OpenDatabase, table: string): boolean {
  try {
    copyTable(database, table);
    return true;
  } catch (error) {
    if (isSqlError(error) || error instanceof RowhouseError) return false;
    throw error;
  }
}

/** Returns rows as arrays, with every INTEGER as a bigint. */
function prepareForRows(database: DatabaseSync, statement: QueryStatement): StatementSync {
  const prepared = prepareStatement(database, statement);
  prepared.setReturnArrays(true);
  prepared.setReadBigInts(true);
  prepared.setAllowBareNamedParameters(false);
  return prepared;
}
