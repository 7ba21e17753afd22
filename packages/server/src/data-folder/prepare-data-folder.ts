import { mkdir } from 'node:fs/promises';

import { refuseLostCatalog } from './lost-catalog.ts';
import { type LeftOpen, makeNewFilesPrivate, makePrivate } from './private-data-folder.ts';

/**
 * Creates the data folder if it does not exist, and makes it and all later files of this process private.
 * @returns what other users may still be able to read; null for nothing.
 * @throws DataFolderError when the folder holds projects and has lost its catalog; then nothing is changed.
 */
export async function prepareDataFolder(dataDir: string): Promise<LeftOpen | null> {
  await refuseLostCatalog(dataDir);
  makeNewFilesPrivate();
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  return makePrivate(dataDir);
}
