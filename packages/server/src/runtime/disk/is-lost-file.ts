/** Primary result codes of SQLite: the file is damaged, or no database. https://www.sqlite.org/rescode.html */
const LOST: ReadonlySet<number> = new Set([11, 26]);

/** Whether an error says that a database file is not there, or can never be read again. A disk that is full or fails says neither. */
export function isLostFile(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('errcode' in error && typeof error.errcode === 'number') return LOST.has(error.errcode & 0xff);
  return 'code' in error && error.code === 'ENOENT';
}
