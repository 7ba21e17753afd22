import { createHash } from 'node:crypto';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';

import { RowhouseError } from '../../../../core/errors.ts';

/** A file that has been written completely. */
export interface WrittenFile {
  readonly sizeBytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

/** A new file that is hashed while it is written. */
export class OutputFile {
  readonly #path: string;
  readonly #maxBytes: number;
  readonly #file: number;
  readonly #hash = createHash('sha256');
  #sizeBytes = 0;
  #open = true;

  /** @throws the file system's error, such as EEXIST if the file exists. */
  constructor(path: string, maxBytes: number) {
    this.#path = path;
    this.#maxBytes = maxBytes;
    this.#file = openSync(path, 'wx', 0o600);
  }

  /** @throws RowhouseError `conflict` if the file would exceed its maximum size. */
  write(bytes: Uint8Array): void {
    this.#sizeBytes += bytes.byteLength;
    if (this.#sizeBytes > this.#maxBytes) throw exportTooLarge(this.#maxBytes);
    this.#hash.update(bytes);
    // A write may write only some of the bytes without failing, for example on an almost full disk.
    for (let written = 0; written < bytes.byteLength;) written += writeSync(this.#file, bytes, written);
  }

  writeText(text: string): void {
    this.write(Buffer.from(text, 'utf8'));
  }

  /** Closes the file. It may not be synced to the disk yet. */
  finish(): WrittenFile {
    this.#close();
    return { sizeBytes: this.#sizeBytes, sha256: this.#hash.digest('hex') };
  }

  /** Removes the incomplete file. Does nothing after `finish`. */
  abandon(): void {
    if (!this.#open) return;
    this.#close();
    rmSync(this.#path, { force: true });
  }

  #close(): void {
    this.#open = false;
    closeSync(this.#file);
  }
}

/** Creates a file with `write` and removes it if `write` throws. */
export function writeFile(path: string, maxBytes: number, write: (file: OutputFile) => void): WrittenFile {
  const file = new OutputFile(path, maxBytes);
  try {
    write(file);
    return file.finish();
  } finally {
    file.abandon();
  }
}

export function exportTooLarge(maxBytes: number): RowhouseError {
  return new RowhouseError('conflict', `The export exceeds the limit of ${maxBytes} bytes.`);
}
