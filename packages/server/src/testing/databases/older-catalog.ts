import { Kysely, sql } from 'kysely';
import { Migrator } from 'kysely/migration';

import type { CatalogMethods, CatalogThreadStart } from '../../catalog/catalog-methods.ts';
import { catalogQueue } from '../../catalog/catalog.ts';
import { migrations } from '../../catalog/migrations.ts';
import { ThreadDialect } from '../../catalog/thread-dialect.ts';
import { Thread } from '../../runtime/threads/thread.ts';

/** A catalog as an earlier release wrote it. */
export interface OlderCatalog extends AsyncDisposable {
  execute(statement: string): Promise<void>;
}

/** Creates a catalog whose last migration is `last`. */
export async function createOlderCatalog(path: string, last: string): Promise<OlderCatalog> {
  const startData: CatalogThreadStart = { path };
  const script = new URL('../../catalog/catalog-thread.ts', import.meta.url);
  const thread = new Thread<CatalogMethods>({
    name: 'older-catalog',
    script,
    startData,
    onCrash: (error) => {
      throw error;
    },
  });
  const db = new Kysely<unknown>({ dialect: new ThreadDialect(thread, catalogQueue()) });
  const provider = { getMigrations: () => Promise.resolve({ ...migrations }) };
  const { error } = await new Migrator({ db, provider }).migrateTo(last);
  if (error !== undefined) throw error;
  return {
    execute: async (statement) => void (await sql.raw(statement).execute(db)),
    [Symbol.asyncDispose]: () => db.destroy(),
  };
}
