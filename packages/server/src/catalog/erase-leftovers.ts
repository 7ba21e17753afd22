import { sql } from 'kysely';

import type { Catalog } from './catalog.ts';

/**
 * Removes the text of deleted and changed rows from the catalog's file and from its write-ahead log, if a migration asks for it:
 * SQLite leaves such text in the free space of pages. A crash repeats it at the next start.
 * https://www.sqlite.org/lang_vacuum.html
 */
export async function eraseLeftovers(catalog: Catalog): Promise<void> {
  const due = await catalog
    .selectFrom('service')
    .select('name')
    .where('name', '=', 'vacuum_due')
    .executeTakeFirst();
  if (due === undefined) return;
  await sql`VACUUM`.execute(catalog);
  await sql`PRAGMA wal_checkpoint(TRUNCATE)`.execute(catalog);
  await catalog.deleteFrom('service').where('name', '=', 'vacuum_due').execute();
}
