import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** https://man7.org/linux/man-pages/man5/proc_pid_fd.5.html */
const OPEN_FILES = '/proc/self/fd';

/** The reason to skip tests that count open files, or false. */
export const openFilesUnknown = existsSync(OPEN_FILES)
  ? false
  : 'this system does not list open files in /proc';

/** The database files in the folder that this process has open, once per descriptor, without the files that SQLite opens beside them. */
export function openDatabaseFiles(folder: string): readonly string[] {
  return openFiles(folder).filter((path) => path.endsWith('.sqlite'));
}

/** The files in the folder that a process (by default this one) has open. A deleted file's path ends in ` (deleted)`. */
export function openFiles(folder: string, pid?: number): readonly string[] {
  const descriptors = pid === undefined ? OPEN_FILES : `/proc/${pid}/fd`;
  const targets = readdirSync(descriptors).map((name) => {
    try {
      return readlinkSync(join(descriptors, name));
    } catch {
      // The descriptor that listed the folder is closed.
      return '';
    }
  });
  return targets.filter((target) => target.startsWith(folder));
}
