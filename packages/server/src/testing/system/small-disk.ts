import { spawnSync } from 'node:child_process';
import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { temporaryFolder } from './temporary-folder.ts';

/** A folder on a disk that a test can fill, for a server in another process. */
export interface SmallDisk extends Disposable {
  readonly path: string;
  /** How the disk is limited: by a separate file system, or by a limit on file sizes if none can be mounted. */
  readonly kind: 'tmpfs' | 'limit';
  /** From now on the process can write no more than about `roomBytes` there. */
  fill(pid: number, roomBytes: number): void;
  /** Removes the limit. */
  free(pid: number): void;
}

/**
 * @throws if this machine supports neither way, so that no test of a full disk passes without one.
 */
export function smallDisk(): SmallDisk {
  const folder = temporaryFolder();
  const path = folder.path;
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', path]).status === 0;
  if (!mounted) {
    const limit = (pid: number, bytes: string) => run('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`]);
    return {
      path,
      kind: 'limit',
      fill: (pid, roomBytes) => limit(pid, String(roomBytes)),
      free: (pid) => limit(pid, 'unlimited'),
      [Symbol.dispose]: () => folder[Symbol.dispose](),
    };
  }
  const filler = join(path, 'filler');
  return {
    path,
    kind: 'tmpfs',
    fill: (_pid, roomBytes) => truncateSync(filler, fillWhole(filler) - roomBytes),
    free: () => rmSync(filler),
    [Symbol.dispose]: () => {
      run('umount', ['--lazy', path]);
      folder[Symbol.dispose]();
    },
  };
}

const STEP = Buffer.alloc(4096);

/** Writes until the disk is full. Returns the file's size in bytes. */
function fillWhole(path: string): number {
  for (let written = 0; ; written += STEP.byteLength) {
    try {
      writeFileSync(path, STEP, { flag: 'a' });
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return written;
      throw error;
    }
  }
}

function run(command: string, words: readonly string[]): void {
  const { status, stderr, error } = spawnSync(command, words, { encoding: 'utf8' });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr}`);
}
