import { createHash } from 'node:crypto';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';

import { RowhouseError } from '../../../../core/errors.ts';

/** A file that was written whole. */
export interface WrittenFile {
  readonly sizeBytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

/** A new file, written piece by piece and hashed on the way. */
export class OutputFile {
  readonly #path: string;
  readonly #maxBytes: number;
  readonly #file: number;
  readonly #hash = createHash('sha256');
  #sizeBytes = 0;
  #open = true;

  /** @throws the file system's error; EEXIST when there is such a file. */
  constructor(path: string, maxBytes: number) {
    this.#path = path;
    this.#maxBytes = maxBytes;
    this.#file = openSync(path, 'wx', 0o600);
  }

  /** @throws RowhouseError `conflict` where the file becomes larger than it may be. */
  write(bytes: Uint8Array): void {
    this.#sizeBytes += bytes.byteLength;
    if (this.#sizeBytes > this.#maxBytes) throw exportTooLarge(this.#maxBytes);
    this.#hash.update(bytes);
    // A write may be short without failing, on a disk that is almost full for one.
    for (let written = 0; written < bytes.byteLength;) written += writeSync(this.#file, bytes, written);
  }

  writeText(text: string): void {
    this.write(Buffer.from(text, 'utf8'));
  }

  /** All of it is written, though maybe not on the disk yet. */
  finish(): WrittenFile {
    this.#close();
    return { sizeBytes: this.#sizeBytes, sha256: this.#hash.digest('hex') };
  }

  /** Removes what has been written. After `finish` there is nothing to do. */
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

/** Lets `write` fill a new file; one that could not be filled is removed. */
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
