import { RowhouseError } from '../../../core/errors.ts';

/** SQLITE_ERROR, with its extended codes. https://www.sqlite.org/rescode.html#error */
const SQLITE_ERROR = 1;

/**
 * Whether SQLite cannot compile or run a statement: it lacks a function, a collation, a module or a table. Damage, a full disk and locks
 * have other result codes.
 */
export function isSqlError(error: unknown): error is Error {
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === SQLITE_ERROR;
}

/** Result codes that the disk, the file or another program causes, rather than the statement. */
const NOT_OF_THE_STATEMENT: ReadonlySet<number> = new Set([5, 6, 10, 13, 14, 15, 26]);

/** SQLITE_CORRUPT_VTAB: a virtual table rejects the query. */
const CORRUPT = 11;
const CORRUPT_VTAB = 267;

/** Whether the statement causes an error of SQLite, rather than the disk, the file or another program. */
export function isErrorOfStatement(error: unknown): error is Error & { readonly errcode: number } {
  if (!(error instanceof Error) || error instanceof RowhouseError || !('errcode' in error)) return false;
  const code = Number(error.errcode);
  if ((code & 0xff) === CORRUPT) return code === CORRUPT_VTAB;
  return !NOT_OF_THE_STATEMENT.has(code & 0xff);
}
