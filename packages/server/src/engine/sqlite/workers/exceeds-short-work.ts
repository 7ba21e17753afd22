/**
 * Result codes with which the point thread forwards an operation to a thread that has SQLite's own limits and may wait: a limit is
 * exceeded (ERROR, NOMEM for a program, TOOBIG for a value or a statement), or another program has locked the database (BUSY). If it is
 * another error, the other thread gets the same one. https://www.sqlite.org/rescode.html
 */
const EXCEEDING_CODES: ReadonlySet<number> = new Set([1, 5, 7, 18]);

/** Whether an operation failed with such a code, also as the cause of an error for clients. */
export function exceedsShortWork(error: unknown): boolean {
  return error instanceof Error && (hasSuchCode(error) || hasSuchCode(error.cause));
}

function hasSuchCode(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && EXCEEDING_CODES.has(Number(error.errcode) & 0xff);
}
