import { Kysely, sql } from 'kysely';
import { Migrator } from 'kysely/migration';

import { ResourcePool } from '../runtime/resource-pool.ts';
import { moduleBeside } from '../runtime/threads/module-beside.ts';
import { Thread } from '../runtime/threads/thread.ts';
import type { CatalogMethods, CatalogThreadStart } from './catalog-methods.ts';
import { migrations } from './migrations.ts';
import type { CatalogTables } from './tables.ts';
import { type CatalogQueue, ThreadDialect } from './thread-dialect.ts';

export type { CatalogQueue };

/** The service's own tables. Kysely builds the queries and the catalog thread executes them. `destroy()` closes the catalog. */
export type Catalog = Kysely<CatalogTables>;

/** Another running server uses the data folder. */
export class DataFolderInUseError extends Error {
  override readonly name = 'DataFolderInUseError';
}

const SQLITE_BUSY = 5;

/**
 * Opens the catalog file, creates it if it does not exist, and migrates it to the newest version.
 * @throws DataFolderInUseError if another process has it open.
 */
export async function openCatalog(
  path: string,
  onThreadCrash: (error: Error) => void,
  queue = catalogQueue(),
): Promise<Catalog> {
  const startData: CatalogThreadStart = { path };
  const script = moduleBeside(import.meta.url, 'catalog-thread');
  const thread = new Thread<CatalogMethods>({
    name: 'catalog',
    script,
    startData,
    onCrash: onThreadCrash,
  });
  const catalog = new Kysely<CatalogTables>({ dialect: new ThreadDialect(thread, queue) });
  try {
    await migrate(catalog);
  } catch (error) {
    await catalog.destroy();
    throw error;
  }
  return catalog;
}

/** The queue for the catalog, whose depth metrics report. */
export function catalogQueue(): CatalogQueue {
  return new ResourcePool(['connection']);
}

/**
 * Migrates without foreign keys, so a migration can recreate a table that others reference.
 * https://www.sqlite.org/lang_altertable.html#otheralter
 */
async function migrate(catalog: Catalog): Promise<void> {
  const provider = { getMigrations: () => Promise.resolve({ ...migrations }) };
  try {
    await sql`PRAGMA foreign_keys = OFF`.execute(catalog);
    const { error } = await new Migrator({ db: catalog, provider }).migrateToLatest();
    if (error !== undefined) throw error;
    await sql`PRAGMA foreign_keys = ON`.execute(catalog);
  } catch (error) {
    if (isLocked(error)) throw new DataFolderInUseError('a Rowhouse server is using this data folder');
    throw error;
  }
}

function isLocked(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'errcode' in cause && cause.errcode === SQLITE_BUSY;
}
