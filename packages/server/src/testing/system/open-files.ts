import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

const OPEN_FILES = '/proc/self/fd';

/** Why a test that counts open files must be skipped, or false where it can run. */
export const openFilesUnknown = existsSync(OPEN_FILES)
  ? false
  : 'this system does not list open files in /proc';

/** The database files under the folder that this process has open, each as often as it does, without what SQLite opens beside them. */
export function openDatabaseFiles(folder: string): readonly string[] {
  const targets = readdirSync(OPEN_FILES).map((name) => {
    try {
      return readlinkSync(join(OPEN_FILES, name));
    } catch {
      // The one that listed the folder is closed by now.
      return '';
    }
  });
  return targets.filter((target) => target.startsWith(folder) && target.endsWith('.sqlite'));
}
