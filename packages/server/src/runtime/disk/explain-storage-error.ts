import { RowhouseError } from '../../core/errors.ts';

/** Primary result codes of SQLite that are caused by the machine or the file. https://www.sqlite.org/rescode.html */
const SQLITE_FULL = 13;
/** The index of the write-ahead log cannot grow. SQLite's manual says that this means a full disk. */
const SQLITE_IOERR_SHMSIZE = 4874;
const SQLITE_UNREACHABLE = new Map([
  [5, 'locked by another program'],
  [8, 'not writable'],
  [10, 'not readable from its disk'],
  [11, 'damaged'],
  [14, 'missing or not readable'],
  [26, 'not a SQLite database'],
]);

const DISK_FULL_CODES = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
/** File system errors that correspond to SQLite's "not writable" and "not readable from its disk". */
const DISK_ERROR_CODES = new Set(['EIO', 'EROFS', 'EACCES', 'EPERM', 'EBUSY']);

/**
 * Returns the client's error for a failed file or database operation: `storage_full` if the disk is full, `unavailable` if
 * the database cannot be accessed. Returns any other error unchanged: it is a fault of ours.
 */
export function explainStorageError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof RowhouseError) return error;
  const extendedCode = 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : undefined;
  const sqliteCode = extendedCode === undefined ? undefined : extendedCode & 0xff;
  const systemCode = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const isFull = sqliteCode === SQLITE_FULL || extendedCode === SQLITE_IOERR_SHMSIZE;
  if (isFull || DISK_FULL_CODES.has(systemCode)) {
    return new RowhouseError('storage_full', 'The disk is full: nothing was written.', { cause: error });
  }
  if (systemCode === 'ENOENT') {
    return new RowhouseError('unavailable', 'The project’s files are missing.', { cause: error });
  }
  if (DISK_ERROR_CODES.has(systemCode)) {
    return new RowhouseError(
      'unavailable',
      'The project’s files cannot be changed: their disk is read-only or failing.',
      {
        cause: error,
      },
    );
  }
  const trouble = sqliteCode === undefined ? undefined : SQLITE_UNREACHABLE.get(sqliteCode);
  if (trouble !== undefined) {
    return new RowhouseError('unavailable', `The database cannot be reached: it is ${trouble}.`, {
      cause: error,
    });
  }
  return error;
}
