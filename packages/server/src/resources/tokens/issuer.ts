import type { Catalog } from '../../catalog/catalog.ts';
import { rightsOf } from '../../catalog/rights-columns.ts';
import type { ProjectRow, TokenRow } from '../../catalog/tables.ts';
import { type Credential, type Session, sessionOf } from '../../core/credential.ts';
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
  const session = sessionOf(credential);
  if (session !== null) await requireSession(transaction, session);
  switch (credential.kind) {
    case 'admin':
      return ofAccount(await firstUserOf(transaction, project.account_id));
    case 'account_user':
      return ofAccount(credential.session.accountUserId);
    case 'project_user':
      return userInForce(transaction, credential.projectUserId);
    case 'project_token':
      return tokenInForce(transaction, credential.tokenId);
  }
}

/**
 * Returns the latest expiry of what the credential creates in another project; null for none.
 * @throws RowhouseError `invalid_token` if the credential was revoked meanwhile.
 */
export async function expiryInForce(transaction: Catalog, credential: Credential): Promise<string | null> {
  const session = sessionOf(credential);
  if (session !== null) await requireSession(transaction, session);
  if (credential.kind === 'project_user') await userInForce(transaction, credential.projectUserId);
  if (credential.kind !== 'project_token') return null;
  return (await tokenInForce(transaction, credential.tokenId)).grant.expiresAt;
}

function ofAccount(accountUserId: number): Issuer {
  return { account_user_id: accountUserId, project_user_id: null, grant: fullGrant };
}

/** The end of a session also ends its requests that are still waiting, such as for the hash of a password. */
async function requireSession(transaction: Catalog, { id }: Session): Promise<void> {
  const row = await transaction
    .selectFrom('sessions')
    .innerJoin('account_users', 'account_users.id', 'sessions.account_user_id')
    .innerJoin('accounts', 'accounts.id', 'account_users.account_id')
    .select('sessions.id')
    .where('sessions.id', '=', id)
    .where('account_users.disabled_at', 'is', null)
    .where('accounts.disabled_at', 'is', null)
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
    .innerJoin('account_users', 'account_users.id', 'tokens.account_user_id')
    .innerJoin('accounts', 'accounts.id', 'account_users.account_id')
    .selectAll('tokens')
    .where('tokens.id', '=', id)
    .where('revoked_at', 'is', null)
    .where('account_users.disabled_at', 'is', null)
    .where('accounts.disabled_at', 'is', null)
    .executeTakeFirst();
  if (row === undefined) throw invalidToken();
  const { account_user_id, project_user_id } = row;
  const own = rightsOf(row);
  const user =
    project_user_id === null ? fullRights : (await userInForce(transaction, project_user_id)).grant;
  const grant = { ...commonRights(own, user), expiresAt: row.expires_at };
  return { account_user_id, project_user_id, grant };
}
