import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';

import type { WrittenFile } from '../output/output-file.ts';

const READ_BYTES = 262_144;

// The thread is started early: starting takes longer than hashing a small file.
parentPort?.once('message', (path: string) => parentPort?.postMessage(hashFile(path)));

function hashFile(path: string): WrittenFile {
  const hash = createHash('sha256');
  const buffer = Buffer.alloc(READ_BYTES);
  const file = openSync(path, 'r');
  try {
    let sizeBytes = 0;
    for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer)) {
      hash.update(buffer.subarray(0, read));
      sizeBytes += read;
    }
    return { sizeBytes, sha256: hash.digest('hex') };
  } finally {
    closeSync(file);
  }
}
