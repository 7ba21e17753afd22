import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** https://man7.org/linux/man-pages/man5/proc_pid_fd.5.html */
const OPEN_FILES = '/proc/self/fd';

/** Why a test that counts open files must be skipped, or false where it can run. */
export const openFilesUnknown = existsSync(OPEN_FILES)
  ? false
  : 'this system does not list open files in /proc';

/** The database files under the folder that this process has open, each as often as it does, without what SQLite opens beside them. */
export function openDatabaseFiles(folder: string): readonly string[] {
  return openFiles(folder).filter((path) => path.endsWith('.sqlite'));
}

/** The files under the folder that a process has open; this process, if no id is given. A file that was removed meanwhile has ` (deleted)` behind its path. */
export function openFiles(folder: string, pid?: number): readonly string[] {
  const descriptors = pid === undefined ? OPEN_FILES : `/proc/${pid}/fd`;
  const targets = readdirSync(descriptors).map((name) => {
    try {
      return readlinkSync(join(descriptors, name));
    } catch {
      // The one that listed the folder is closed by now.
      return '';
    }
  });
  return targets.filter((target) => target.startsWith(folder));
}
