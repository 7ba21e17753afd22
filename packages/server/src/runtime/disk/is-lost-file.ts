/**
 * Primary result codes of SQLite for a damaged file and for a file that is not a database.
 * https://www.sqlite.org/rescode.html
 */
const LOST: ReadonlySet<number> = new Set([11, 26]);

/**
 * Returns whether an error means that a database file is missing or permanently unreadable. A full or failing disk does not.
 */
export function isLostFile(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('errcode' in error && typeof error.errcode === 'number') return LOST.has(error.errcode & 0xff);
  return 'code' in error && error.code === 'ENOENT';
}
