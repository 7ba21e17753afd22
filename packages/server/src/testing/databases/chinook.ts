import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** A real database that nobody here made: a music store of 11 tables and 15,607 rows. It lies beside the repository. */
export const chinookPath = fileURLToPath(
  new URL('../../../../../../shared/data/chinook.sqlite', import.meta.url),
);

export function readChinook(): Promise<Buffer> {
  return readFile(chinookPath);
}
