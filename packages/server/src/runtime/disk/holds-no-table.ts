import { open } from 'node:fs/promises';

import { absentAsNull } from './absent-as-null.ts';

/** No page is smaller: SQLite takes a shorter file for an empty database. https://www.sqlite.org/fileformat.html#pages */
export const PAGE_MIN_BYTES = 512;

const MAGIC = 'SQLite format 3\0';
/** The first page is the root of `sqlite_schema`, behind a header of 100 bytes. https://www.sqlite.org/fileformat.html#b_tree_pages */
const PAGE_TYPE_OFFSET = 100;
const LEAF_OF_TABLE = 13;
const CELL_COUNT_OFFSET = 103;
const READ_BYTES = 105;

/**
 * Whether a database file holds no table, view or index, leaving out what is in its log: also where it is too short for a database, or
 * not there; false where it is something else. Reads the first page alone, as SQLite would make files beside the database.
 */
export async function holdsNoTable(path: string): Promise<boolean> {
  const file = await absentAsNull(open(path, 'r'));
  if (file === null) return true;
  try {
    const stats = await file.stat();
    if (!stats.isFile()) return false;
    if (stats.size < PAGE_MIN_BYTES) return true;
    const { buffer } = await file.read(Buffer.alloc(READ_BYTES), 0, READ_BYTES, 0);
    if (buffer.toString('latin1', 0, MAGIC.length) !== MAGIC) return false;
    return (
      buffer.readUInt8(PAGE_TYPE_OFFSET) === LEAF_OF_TABLE && buffer.readUInt16BE(CELL_COUNT_OFFSET) === 0
    );
  } finally {
    await file.close();
  }
}
