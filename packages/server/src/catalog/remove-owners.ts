import type { Catalog } from './catalog.ts';

/**
 * Removes the owners of the tokens of removed project users, unless a token or another user still needs them. Call it in the
 * transaction that removed the users.
 */
export async function removeOwners(transaction: Catalog, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  const stillOwners = (table: 'tokens' | 'project_users') =>
    transaction.selectFrom(table).select('account_user_id').where('account_user_id', 'in', ids);
  await transaction
    .deleteFrom('account_users')
    .where('id', 'in', ids)
    .where('kind', '=', 'project_user')
    .where('id', 'not in', stillOwners('tokens'))
    .where('id', 'not in', stillOwners('project_users'))
    .execute();
}
