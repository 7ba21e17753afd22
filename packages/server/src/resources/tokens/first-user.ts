import type { Catalog } from '../../catalog/catalog.ts';

/** What the admin credential makes in a project belongs to the user whom the project's account began with. */
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
