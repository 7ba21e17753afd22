import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';

/** The share of the disk that is reserved for project data; on a large disk, at most the bytes below. */
const RESERVED_SHARE = 0.05;
const RESERVED_MAX_BYTES = 67_108_864;

/**
 * Throws if the disk is almost full. The remaining space is reserved for data that clients store: otherwise the log, which
 * grows with every call, would use it up.
 * @throws Error.
 */
export function requireFreeDiskSpace(path: string): void {
  const { bsize, blocks, bavail } = statfsSync(dirname(path));
  const reserved = Math.min(bsize * blocks * RESERVED_SHARE, RESERVED_MAX_BYTES);
  if (bsize * bavail < reserved)
    throw new Error('the disk is almost full; the remaining space is reserved for projects');
}
