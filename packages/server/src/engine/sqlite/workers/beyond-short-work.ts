/**
 * Result codes of SQLite with which the point thread hands an operation on to a thread that has SQLite's own limits, and may
 * wait: a limit is exceeded (ERROR, NOMEM for a program, TOOBIG for a value or a statement), or another program has the database
 * locked (BUSY). Where it is a fault after all, the other thread finds the same. https://www.sqlite.org/rescode.html
 */
const BEYOND_SHORT_WORK: ReadonlySet<number> = new Set([1, 5, 7, 18]);

/** Whether an operation failed so, also where the failure was explained to the client already. */
export function isBeyondShortWork(error: unknown): boolean {
  return error instanceof Error && (hasSuchCode(error) || hasSuchCode(error.cause));
}

function hasSuchCode(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && BEYOND_SHORT_WORK.has(Number(error.errcode) & 0xff);
}
