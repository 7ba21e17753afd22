import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { absentAsNull } from '../../../runtime/disk/absent-as-null.ts';
import { holdsNoTable } from '../../../runtime/disk/holds-no-table.ts';

/**
 * Returns whether the folder of a project has only the files of a database without tables and without a log that could hold
 * one, as a creation leaves it before its first commit.
 */
export async function holdsNothing(folder: string, databaseFile: string): Promise<boolean> {
  const names = await readdir(folder);
  const logs = [`${databaseFile}-wal`, `${databaseFile}-journal`];
  const own = new Set([databaseFile, `${databaseFile}-shm`, ...logs]);
  if (names.some((name) => !own.has(name))) return false;
  const sizes = await Promise.all(
    logs.map(async (name) => (await absentAsNull(stat(join(folder, name))))?.size),
  );
  return sizes.every((size) => !size) && (await holdsNoTable(join(folder, databaseFile)));
}
