import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { folderModes } from './folder-content.ts';

/** Fails if another user may read the folder or anything in it. Returns the paths in it. */
export function assertPrivate(folder: string, when: string): readonly string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const pathsOf = (kind: 'isDirectory' | 'isSymbolicLink') =>
    new Set(entries.filter((entry) => entry[kind]()).map((entry) => join(entry.parentPath, entry.name)));
  const [folders, links] = [pathsOf('isDirectory'), pathsOf('isSymbolicLink')];
  const modes = folderModes(folder);
  for (const [path, mode] of Object.entries(modes)) {
    if (links.has(join(folder, path))) continue;
    const isFolder = path === '.' || folders.has(join(folder, path));
    assert.equal(mode, isFolder ? '700' : '600', `${path}, ${when}`);
  }
  return Object.keys(modes);
}

/** Runs `work` with this umask. Processes that it starts, not later ones, inherit the umask. */
export function withUmask<T>(umask: number, work: () => T): T {
  const before = process.umask(umask);
  try {
    return work();
  } finally {
    process.umask(before);
  }
}
