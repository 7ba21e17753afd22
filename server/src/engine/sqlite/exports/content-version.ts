import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
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
  const hash = createHash('sha256').update(stateOf(await stat(path, { bigint: true })));
  hash.update(await readStart(path, DATABASE_HEADER_BYTES));
  const log = await stat(`${path}-wal`, { bigint: true }).catch(() => null);
  // Without a log, or with an empty one, everything is in the file.
  if (log === null || log.size === 0n) return hash.digest('hex');
  const index = await readStart(`${path}-shm`, 2 * INDEX_HEADER_BYTES);
  const [first, second] = [index.subarray(0, INDEX_HEADER_BYTES), index.subarray(INDEX_HEADER_BYTES)];
  if (second.byteLength < INDEX_HEADER_BYTES || !first.equals(second)) return null;
  // After a crash the log may hold what its index does not know yet.
  return hash.update(stateOf(log)).update(first).digest('hex');
}

function stateOf({ ino, size, mtimeNs, birthtimeNs }: BigIntStats): string {
  return `${ino} ${size} ${mtimeNs} ${birthtimeNs}\n`;
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
