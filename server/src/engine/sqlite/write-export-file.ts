import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';

/**
 * Writes `text` as UTF-8 to a new file and syncs it. A file that could not be written whole is removed.
 * @throws the file system's error; EEXIST when there is such a file.
 */
export function writeExportFile(
  path: string,
  text: string,
): { readonly sizeBytes: number; readonly sha256: string } {
  const bytes = Buffer.from(text, 'utf8');
  const file = openSync(path, 'wx', 0o600);
  try {
    writeAll(file, bytes);
    fsyncSync(file);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
  return { sizeBytes: bytes.byteLength, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** A write may be short without failing, on a disk that is almost full for one. */
function writeAll(file: number, bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.byteLength) written += writeSync(file, bytes, written);
}
