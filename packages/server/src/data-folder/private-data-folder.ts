import { chmodSync, lstatSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { hasCode } from '../runtime/disk/absent-as-null.ts';

/** What of the data folder other users may still be able to read. */
export interface LeftOpen {
  /** The first of them. */
  readonly path: string;
  /** Why its permissions could not be changed: the code of the system's error. */
  readonly code: string;
  readonly count: number;
}

const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

/** Windows has no such permissions: the folder inherits those of its parent. */
const hasPermissionBits = process.platform !== 'win32';

/** From now on, what this process makes is for its user alone, and so is what its threads and child processes make. */
export function makeNewFilesPrivate(): void {
  if (hasPermissionBits) process.umask(0o777 & ~FOLDER_MODE);
}

/**
 * Takes the permissions of others away from the data folder and from all that Rowhouse keeps in it. What else lies there is behind the folder's own
 * permissions, and stays as it is; so does what links lead to. Synchronous, to be called before anything is served: 50,000 files take less than a second.
 * @returns null where nothing is left open.
 */
export function makePrivate(dataDir: string): LeftOpen | null {
  if (!hasPermissionBits) return null;
  const refused: { readonly path: string; readonly code: string }[] = [];
  const attempt = (path: string, change: () => void) => {
    try {
      change();
    } catch (error) {
      // Another process may have removed it since.
      if (!hasCode(error, 'ENOENT')) refused.push({ path, code: codeOf(error) });
    }
  };
  // From the top down: others can put no link in the place of what is changed after.
  attempt(dataDir, () => tighten(dataDir, statSync(dataDir).mode, FOLDER_MODE));
  const folders = [dataDir];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const isKept = folder === dataDir ? isOfRowhouse : isAnything;
    attempt(folder, () => {
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        if (!isKept(entry.name)) continue;
        const path = join(folder, entry.name);
        if (entry.isFile()) attempt(path, () => tighten(path, lstatSync(path).mode, FILE_MODE));
        if (!entry.isDirectory()) continue;
        attempt(path, () => tighten(path, lstatSync(path).mode, FOLDER_MODE));
        folders.push(path);
      }
    });
  }
  const [first] = refused;
  return first === undefined ? null : { ...first, count: refused.length };
}

/** The databases of the service with what SQLite has beside them, copies of these, and the folders. */
function isOfRowhouse(name: string): boolean {
  return /^(?:(?:catalog|requests)\.sqlite|(?:projects|exports)$)/.test(name);
}

function isAnything(): boolean {
  return true;
}

function tighten(path: string, mode: number, wanted: number): void {
  if ((mode & 0o777) !== wanted) chmodSync(path, wanted);
}

/** @throws the error itself where it is not of the system. */
function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  throw error;
}
