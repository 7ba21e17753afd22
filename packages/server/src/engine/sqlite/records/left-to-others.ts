/**
 * Result codes of SQLite with which short work is left to a thread that has SQLite's own limits, and may wait: a limit is
 * exceeded (ERROR, NOMEM for a program, TOOBIG for a value or a statement), or another program has the database locked (BUSY).
 * Where it is a fault after all, the other thread finds the same. https://www.sqlite.org/rescode.html
 */
const LEFT_TO_OTHERS: ReadonlySet<number> = new Set([1, 5, 7, 18]);

/** Whether an operation that failed so, and had no effect, is to be done by another thread. */
export function isLeftToOthers(error: unknown): error is Error {
  return error instanceof Error && 'errcode' in error && LEFT_TO_OTHERS.has(Number(error.errcode) & 0xff);
}
