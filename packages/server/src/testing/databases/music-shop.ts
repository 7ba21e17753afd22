import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';

import { fillMusicShop } from './music-shop-rows.ts';
import { musicShopSchema } from './music-shop-schema.ts';

const CACHE = fileURLToPath(new URL('../../../../../node_modules/.cache/test-databases', import.meta.url));
const CHINOOK = fileURLToPath(new URL('../../../../../../shared/data/chinook.sqlite', import.meta.url));

/** The path of a small music shop's database: 11 tables, 11 foreign keys and 15,607 rows, the same in each run. Tests only read it. */
export const musicShopPath = buildMusicShop();

export function readMusicShop(): Promise<Buffer> {
  return readFile(musicShopPath);
}

/** This database, and the public sample database Chinook if it is beside the repository. */
export const musicShops: readonly { readonly name: string; readonly path: string }[] = [
  { name: 'the music shop', path: musicShopPath },
  ...(existsSync(CHINOOK) ? [{ name: 'Chinook', path: CHINOOK }] : []),
];

/** Builds the file once for each version of its sources. Several processes may build it at once, because of the final rename. */
function buildMusicShop(): string {
  const sources = ['music-shop-schema.ts', 'music-shop-rows.ts'].map((name) =>
    readFileSync(join(import.meta.dirname, name)),
  );
  const version = createHash('sha256').update(Buffer.concat(sources)).digest('hex').slice(0, 16);
  const path = join(CACHE, `music-shop-${version}.sqlite`);
  if (existsSync(path)) return path;
  mkdirSync(CACHE, { recursive: true });
  const draft = join(CACHE, `music-shop-${process.pid}.draft`);
  // A process with the same id may have been killed while it built the file.
  rmSync(draft, { force: true });
  using database = new DatabaseSync(draft);
  database.exec(musicShopSchema);
  database.exec('BEGIN');
  fillMusicShop(database);
  database.exec('COMMIT');
  database.close();
  renameSync(draft, path);
  return path;
}
