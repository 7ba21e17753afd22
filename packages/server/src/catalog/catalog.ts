import { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';

import { ResourcePool } from '../runtime/resource-pool.ts';
import { moduleBeside } from '../runtime/threads/module-beside.ts';
import { Thread } from '../runtime/threads/thread.ts';
import type { CatalogMethods, CatalogThreadStart } from './catalog-methods.ts';
import { migrations } from './migrations.ts';
import type { CatalogTables } from './tables.ts';
import { type CatalogQueue, ThreadDialect } from './thread-dialect.ts';

export type { CatalogQueue };

/** The service's own tables, queried through Kysely and executed on a thread of their own. `destroy()` closes it. */
export type Catalog = Kysely<CatalogTables>;

/** The data folder belongs to another running server. */
export class DataFolderInUseError extends Error {
  override readonly name = 'DataFolderInUseError';
}

const SQLITE_BUSY = 5;

/**
 * Opens the catalog file, makes it when it is not there, and brings it to the newest shape.
 * @throws DataFolderInUseError when another process holds it.
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

/** For whoever wants to see how many wait for the catalog. */
export function catalogQueue(): CatalogQueue {
  return new ResourcePool(['connection']);
}

async function migrate(catalog: Catalog): Promise<void> {
  const provider = { getMigrations: () => Promise.resolve({ ...migrations }) };
  const { error } = await new Migrator({ db: catalog, provider }).migrateToLatest();
  if (error === undefined) return;
  if (isLocked(error)) throw new DataFolderInUseError('a Rowhouse server is using this data folder');
  throw error;
}

function isLocked(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'errcode' in cause && cause.errcode === SQLITE_BUSY;
}
