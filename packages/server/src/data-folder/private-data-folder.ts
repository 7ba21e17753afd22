import { chmodSync, lstatSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { hasCode } from '../runtime/disk/absent-as-null.ts';

/** The paths in the data folder that other users may still be able to read. */
export interface LeftOpen {
  /** The first such path. */
  readonly path: string;
  /** The code of the system error that prevented the change of its permissions. */
  readonly code: string;
  readonly count: number;
}

const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

/** Windows has no such permissions: the folder inherits those of its parent. */
const hasPermissionBits = process.platform !== 'win32';

/** Makes all files that this process, its threads and its child processes create accessible to its user only. */
export function makeNewFilesPrivate(): void {
  if (hasPermissionBits) process.umask(0o777 & ~FOLDER_MODE);
}

/**
 * Removes the permissions of other users from the data folder and from all files of Rowhouse in it. Other files in the folder
 * keep their permissions, because those of the folder protect them. Links are not followed. Synchronous: call it before serving
 * requests. 50,000 files take less than a second.
 * @returns null if other users can read nothing.
 */
export function makePrivate(dataDir: string): LeftOpen | null {
  if (!hasPermissionBits) return null;
  const refused: { readonly path: string; readonly code: string }[] = [];
  const attempt = (path: string, change: () => void) => {
    try {
      change();
    } catch (error) {
      // Another process may have removed it meanwhile.
      if (!hasCode(error, 'ENOENT')) refused.push({ path, code: codeOf(error) });
    }
  };
  // From the top down, so that other users cannot replace a path with a link before it is changed.
  attempt(dataDir, () => tighten(dataDir, statSync(dataDir).mode, FOLDER_MODE));
  const folders = [dataDir];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const isIncluded = folder === dataDir ? isOfRowhouse : isAnything;
    attempt(folder, () => {
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        if (!isIncluded(entry.name)) continue;
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

/** The databases of the service, SQLite's files beside them, the key file, copies of all these, and the folders. */
function isOfRowhouse(name: string): boolean {
  return /^(?:(?:catalog|requests)\.sqlite|service\.key|(?:projects|exports)$)/.test(name);
}

function isAnything(): boolean {
  return true;
}

function tighten(path: string, mode: number, wanted: number): void {
  if ((mode & 0o777) !== wanted) chmodSync(path, wanted);
}

/** @throws the error itself if it is not a system error. */
function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  throw error;
}
