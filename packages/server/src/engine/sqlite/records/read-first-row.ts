import type { DatabaseSync } from 'node:sqlite';

import { RowhouseError } from '../../../core/errors.ts';
import { isReservedName, quoteIdentifier } from '../../../schema/identifier.ts';
import type { FirstRow } from '../../engine.ts';
import { queryRows } from '../introspection/query-rows.ts';
import { type SqliteValue, toRecordValue } from '../values/record-value.ts';

/** @throws RowhouseError `not_found`; `conflict` for a table that needs a module that this build of SQLite lacks. */
export function readFirstRow(database: DatabaseSync, requested: string): FirstRow {
  const table = storedName(database, requested);
  try {
    const statement = database.prepare(`SELECT * FROM ${quoteIdentifier(table)} LIMIT 1`);
    statement.setReadBigInts(true);
    statement.setReturnArrays(true);
    const names = statement.columns().map((column) => column.name);
    const values = statement.get() as unknown as readonly SqliteValue[] | undefined;
    if (values === undefined) return { table, row: null };
    return {
      table,
      row: Object.fromEntries(names.map((name, index) => [name, toRecordValue(values[index] ?? null)])),
    };
  } catch (error) {
    if (!isSqlError(error)) throw error;
    throw new RowhouseError('conflict', `The table ${table} cannot be read here: ${error.message}.`, {
      cause: error,
    });
  }
}

/** SQLite and NOCASE both ignore the case of ASCII letters. */
function storedName(database: DatabaseSync, requested: string): string {
  const sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name = ? COLLATE NOCASE";
  const [found] = isReservedName(requested) ? [] : queryRows<[string]>(database, sql, [requested]);
  if (found === undefined) throw new RowhouseError('not_found', 'There is no such table.');
  return found[0];
}

const SQLITE_ERROR = 1;

/** The statement is valid, so SQLite lacks something, such as the module of a virtual table. */
function isSqlError(error: unknown): error is Error {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_ERROR;
}
