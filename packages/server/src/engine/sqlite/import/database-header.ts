import { open } from 'node:fs/promises';

import type { ImportWarning } from '../../engine.ts';
import { corruptDatabase } from './corrupt-database.ts';

const HEADER_BYTES = 100;
const MAGIC = Buffer.from('SQLite format 3\0', 'latin1');

/**
 * Reads the file's header and rejects, with a specific message, what SQLite only calls "not a database".
 * https://www.sqlite.org/fileformat.html#the_database_header
 * @returns a warning about what the file may lack.
 * @throws RowhouseError `validation_failed`.
 */
export async function checkHeader(path: string): Promise<readonly ImportWarning[]> {
  const file = await open(path, 'r');
  try {
    const header = Buffer.alloc(HEADER_BYTES);
    const { bytesRead } = await file.read(header, 0, HEADER_BYTES, 0);
    const { size } = await file.stat();
    refuseHeader(header.subarray(0, bytesRead), size);
    return header[READ_VERSION] === WAL ? [WAL_WARNING] : [];
  } finally {
    await file.close();
  }
}

/** The position of the version number for reading in the header, and its value in WAL mode. */
const READ_VERSION = 19;
const WAL = 2;

const WAL_WARNING: ImportWarning = {
  code: 'write_ahead_log',
  message: 'The file is in WAL mode: changes that were only in the -wal file beside it are missing.',
};

function refuseHeader(header: Buffer, sizeBytes: number): void {
  if (sizeBytes === 0) throw corruptDatabase('The body is empty; it must be a SQLite database file.');
  if (!header.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw corruptDatabase('The body is not a SQLite 3 database file, or it is encrypted.');
  }
  if (header.length < HEADER_BYTES) throw truncated(sizeBytes, HEADER_BYTES);
  const pageSize = readPageSize(header);
  if (pageSize < 512 || pageSize > 65_536 || (pageSize & (pageSize - 1)) !== 0) {
    throw corruptDatabase(
      `The file declares a page size of ${pageSize} bytes; the page size must be a power of two from 512 to 65536.`,
    );
  }
  const expectedBytes = pageSize * readPageCount(header);
  if (sizeBytes < expectedBytes) throw truncated(sizeBytes, expectedBytes);
  if (sizeBytes % pageSize !== 0) {
    throw corruptDatabase(
      `The file ends in the middle of a page: it has ${sizeBytes} bytes and pages of ${pageSize} bytes.`,
    );
  }
}

function readPageSize(header: Buffer): number {
  const stored = header.readUInt16BE(16);
  return stored === 1 ? 65_536 : stored;
}

/** The file's length in pages, or 0 if an old version of SQLite wrote it last and the header does not say. */
function readPageCount(header: Buffer): number {
  const changeCounter = header.readUInt32BE(24);
  const validFor = header.readUInt32BE(92);
  return changeCounter === validFor ? header.readUInt32BE(28) : 0;
}

function truncated(sizeBytes: number, expectedBytes: number): Error {
  return corruptDatabase(`The file is truncated: it has ${sizeBytes} of ${expectedBytes} bytes.`);
}
