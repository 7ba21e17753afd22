import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';

/** Of the disk, so much is left to the data of projects; of a large one, no more than the bytes below. */
const RESERVED_SHARE = 0.05;
const RESERVED_MAX_BYTES = 67_108_864;

/**
 * A disk that fills up keeps its last room for what somebody asked to be stored: the log, of which there is more with every call, would
 * else be what takes it. @throws Error.
 */
export function requireFreeDiskSpace(path: string): void {
  const { bsize, blocks, bavail } = statfsSync(dirname(path));
  const reserved = Math.min(bsize * blocks * RESERVED_SHARE, RESERVED_MAX_BYTES);
  if (bsize * bavail < reserved)
    throw new Error('the disk is almost full; the remaining space is reserved for projects');
}
