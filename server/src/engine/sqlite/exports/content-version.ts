import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';

/** Of the database file: with the counter of changes that are made without a log. https://www.sqlite.org/fileformat2.html#the_database_header */
const DATABASE_HEADER_BYTES = 100;

/**
 * The header of the index of the write-ahead log, in its two copies: with a counter of transactions, how many frames are valid, and
 * their checksum. https://www.sqlite.org/walformat.html#the_wal_index_header
 */
const INDEX_HEADER_BYTES = 48;

/**
 * What tells the content of a database file from what it was before: the file and its log as they are, without opening them as SQLite
 * does. Null while somebody is writing. To bring the log into the file changes it, too, though not the content.
 */
export async function readContentVersion(path: string): Promise<string | null> {
  const file = await stat(path, { bigint: true });
  const header = await readStart(path, DATABASE_HEADER_BYTES);
  const log = await readStart(`${path}-wal`, 1);
  const index = await readStart(`${path}-shm`, 2 * INDEX_HEADER_BYTES);
  const hash = createHash('sha256')
    .update(`${file.ino} ${file.size} ${file.mtimeNs} ${file.birthtimeNs}\n`)
    .update(header);
  // Without a log, or with an empty one, everything is in the file.
  if (log.byteLength === 0) return hash.digest('hex');
  const [first, second] = [index.subarray(0, INDEX_HEADER_BYTES), index.subarray(INDEX_HEADER_BYTES)];
  if (second.byteLength < INDEX_HEADER_BYTES || !first.equals(second)) return null;
  return hash.update(first).digest('hex');
}

/** The first bytes of a file; none of one that is not there. */
async function readStart(path: string, bytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes);
  try {
    const file = await open(path, 'r');
    try {
      const { bytesRead } = await file.read(buffer, 0, bytes, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return buffer.subarray(0, 0);
    throw error;
  }
}
