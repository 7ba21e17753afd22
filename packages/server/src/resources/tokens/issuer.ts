import type { Catalog } from '../../catalog/catalog.ts';
import { rightsOf } from '../../catalog/rights-columns.ts';
import type { ProjectRow, TokenRow } from '../../catalog/tables.ts';
import type { Credential } from '../../core/credential.ts';
import { invalidToken } from '../../http/access/authentication.ts';
import { commonRights, fullRights } from '../../http/access/rights.ts';
import { firstUserOf } from './first-user.ts';
import { fullGrant, type Grant } from './grant.ts';

/** The sender of a request that creates tokens: its rights, and the owner of the tokens. */
export interface Issuer extends Pick<TokenRow, 'account_user_id' | 'project_user_id'> {
  readonly grant: Grant;
}

/**
 * Reads the sender's rights in the transaction that uses them.
 * @throws RowhouseError `invalid_token` if the credential was revoked meanwhile.
 */
export async function issuerInForce(
  transaction: Catalog,
  credential: Credential,
  project: ProjectRow,
): Promise<Issuer> {
  switch (credential.kind) {
    case 'admin':
      return ofAccount(await firstUserOf(transaction, project.account_id));
    case 'account_user':
      await requireAccountUser(transaction, credential.session.accountUserId);
      return ofAccount(credential.session.accountUserId);
    case 'project_user':
      return userInForce(transaction, credential.projectUserId);
    case 'project_token':
      return tokenInForce(transaction, credential.tokenId);
  }
}

/** @throws RowhouseError `invalid_token` if the credential was revoked meanwhile. */
export async function requireInForce(transaction: Catalog, credential: Credential): Promise<void> {
  if (credential.kind === 'project_token') await tokenInForce(transaction, credential.tokenId);
  if (credential.kind === 'project_user') await userInForce(transaction, credential.projectUserId);
  if (credential.kind === 'account_user') {
    await requireAccountUser(transaction, credential.session.accountUserId);
  }
}

function ofAccount(accountUserId: number): Issuer {
  return { account_user_id: accountUserId, project_user_id: null, grant: fullGrant };
}

async function requireAccountUser(transaction: Catalog, id: number): Promise<void> {
  const row = await transaction
    .selectFrom('account_users')
    .select('id')
    .where('id', '=', id)
    .where('disabled_at', 'is', null)
    .executeTakeFirst();
  if (row === undefined) throw invalidToken();
}

async function userInForce(transaction: Catalog, id: number): Promise<Issuer> {
  const row = await transaction
    .selectFrom('project_users')
    .select(['account_user_id', 'scopes', 'tables'])
    .where('id', '=', id)
    .where('disabled_at', 'is', null)
    .executeTakeFirst();
  if (row === undefined) throw invalidToken();
  const grant = { ...rightsOf(row), expiresAt: null };
  return { account_user_id: row.account_user_id, project_user_id: id, grant };
}

async function tokenInForce(transaction: Catalog, id: number): Promise<Issuer> {
  const row = await transaction
    .selectFrom('tokens')
    .selectAll()
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  if (row === undefined) throw invalidToken();
  const { account_user_id, project_user_id } = row;
  const own = rightsOf(row);
  const user =
    project_user_id === null ? fullRights : (await userInForce(transaction, project_user_id)).grant;
  const grant = { ...commonRights(own, user), expiresAt: row.expires_at };
  return { account_user_id, project_user_id, grant };
}
