import { open } from 'node:fs/promises';

import { absentAsNull } from './absent-as-null.ts';

/** The minimum size of a page. SQLite treats a shorter file as an empty database. https://www.sqlite.org/fileformat.html#pages */
export const PAGE_MIN_BYTES = 512;

const MAGIC = 'SQLite format 3\0';
/** The first page is the root of `sqlite_schema`, after a header of 100 bytes. https://www.sqlite.org/fileformat.html#b_tree_pages */
const PAGE_TYPE_OFFSET = 100;
const LEAF_OF_TABLE = 13;
const CELL_COUNT_OFFSET = 103;
const READ_BYTES = 105;

/**
 * Returns whether a database file holds no table, view or index, ignoring its write-ahead log. Also true if the file is missing or
 * too short for a database; false if it is no database. Reads the first page without SQLite, which would create files beside it.
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
