import { lstat, open, readFile, rm } from 'node:fs/promises';

import { absentAsNull } from '../../../runtime/disk/absent-as-null.ts';

/** Writes the marker file, which holds the id of the creation. It is on the disk when the promise resolves. */
export async function writeMarker(path: string, creationId: string): Promise<void> {
  // Does not follow a link or overwrite a file.
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(creationId);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Returns the id of the creation, empty for an empty marker file; null if there is none. */
export async function readMarker(path: string): Promise<string | null> {
  const found = await absentAsNull(lstat(path));
  return found?.isFile() ? await absentAsNull(readFile(path, 'utf8')) : null;
}

export async function removeMarker(path: string): Promise<void> {
  await rm(path, { force: true });
}
