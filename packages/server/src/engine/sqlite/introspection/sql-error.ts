/** SQLITE_ERROR, with its extended codes. https://www.sqlite.org/rescode.html#error */
const SQLITE_ERROR = 1;

/**
 * Whether SQLite cannot compile or run a statement: it lacks a function, a collation, a module or a table. Damage, a full disk and locks
 * have other result codes.
 */
export function isSqlError(error: unknown): error is Error {
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === SQLITE_ERROR;
}
