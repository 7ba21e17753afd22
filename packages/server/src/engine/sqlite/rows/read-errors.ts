import { RowhouseError } from '../../../core/errors.ts';
import type { RecordTable } from './record-table.ts';

/** Result codes of SQLite. https://www.sqlite.org/rescode.html */
const SQLITE_ERROR = 1;
const SQLITE_NOMEM = 7;
const SQLITE_TOOBIG = 18;
const SQLITE_MISMATCH = 20;

/**
 * Reads rows and converts errors of SQLite to errors for clients: a view or a generated column fails, or a collation is missing.
 * @throws RowhouseError `conflict`.
 */
export function explainingReads<Result>(table: RecordTable, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw explainReadError(error, table);
  }
}

function explainReadError(error: unknown, table: RecordTable): unknown {
  if (!(error instanceof Error) || error instanceof RowhouseError) return error;
  if (isTooLarge(error)) return rowTooLarge(error);
  const code = 'errcode' in error ? Number(error.errcode) & 0xff : null;
  if (code !== SQLITE_ERROR && code !== SQLITE_MISMATCH) return error;
  return new RowhouseError('conflict', `${table.name} cannot be read: ${error.message}.`, { cause: error });
}

/**
 * Whether a value is longer than SQLite's limit or than JavaScript's longest string. For a text that is too long, `node:sqlite` returns
 * no value, and the iteration of the rows throws.
 */
export function isTooLarge(error: Error): boolean {
  if (error instanceof TypeError) return error.message.startsWith('Iterator result');
  if ('code' in error && error.code === 'ERR_STRING_TOO_LONG') return true;
  return 'errcode' in error && [SQLITE_NOMEM, SQLITE_TOOBIG].includes(Number(error.errcode) & 0xff);
}

export function rowTooLarge(cause?: Error): RowhouseError {
  const message = 'The row exceeds SQLite’s size limit or the size limit of a JSON answer.';
  return new RowhouseError('conflict', message, { cause });
}
