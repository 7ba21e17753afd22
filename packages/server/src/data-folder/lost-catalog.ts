import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { absentAsNull } from '../runtime/disk/absent-as-null.ts';
import { holdsNoTable, PAGE_MIN_BYTES } from '../runtime/disk/holds-no-table.ts';
import { DataFolderError } from './data-folder-error.ts';

/**
 * Refuses a data folder that holds projects but no catalog. With a new catalog, their slugs would be free and their tokens lost.
 * Changes nothing on the disk.
 * @throws DataFolderError
 */
export async function refuseLostCatalog(dataDir: string): Promise<void> {
  if (!(await isNew(join(dataDir, 'catalog.sqlite')))) return;
  const projects = await projectsIn(join(dataDir, 'projects'));
  const [first] = projects;
  if (first === undefined) return;
  const others = projects.length === 1 ? '' : ` and ${projects.length - 1} more`;
  throw new DataFolderError(
    `catalog.sqlite in ${dataDir} is missing or empty, but projects/ holds ${first}${others}: ` +
      'restore catalog.sqlite from a backup, or move projects/ and exports/ away to start empty',
  );
}

/** Also true for a database without tables: a copy of a catalog whose content was still in its write-ahead log. */
async function isNew(path: string): Promise<boolean> {
  if (!(await holdsNoTable(path))) return false;
  // SQLite removes a write-ahead log without a database.
  return (await sizeOf(path)) < PAGE_MIN_BYTES || (await sizeOf(`${path}-wal`)) === 0;
}

async function sizeOf(path: string): Promise<number> {
  return (await absentAsNull(stat(path)))?.size ?? 0;
}

/** Returns the names that may be folders of projects, complete or not. A link may lead to a project on another disk. */
async function projectsIn(folder: string): Promise<readonly string[]> {
  const entries = (await absentAsNull(readdir(folder, { withFileTypes: true }))) ?? [];
  return entries
    .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && SLUG.test(entry.name))
    .map(({ name }) => name)
    .toSorted();
}

/** Accepts upper case, because a restored folder may have such a name. Ignores folders of the file system, such as `lost+found`. */
const SLUG = /^[a-z0-9_-]+$/i;
