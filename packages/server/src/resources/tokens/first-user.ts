import type { Catalog } from '../../catalog/catalog.ts';

/** Returns the account's first user, who owns what the admin credential creates in a project. */
export async function firstUserOf(catalog: Catalog, accountId: number): Promise<number> {
  const row = await catalog
    .selectFrom('account_users')
    .select('id')
    .where('account_id', '=', accountId)
    .orderBy('id')
    .limit(1)
    .executeTakeFirstOrThrow();
  return row.id;
}
