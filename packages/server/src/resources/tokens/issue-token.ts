import type { Catalog } from '../../catalog/catalog.ts';
import { projectBySlug } from '../../catalog/project-by-slug.ts';
import type { TokenRow } from '../../catalog/tables.ts';
import type { Credential } from '../../core/credential.ts';
import { timestamp } from '../../core/ids.ts';
import { invalidToken } from '../../http/access/authentication.ts';
import { type RequestedGrant, attenuateGrant } from './attenuate-grant.ts';
import { firstUserOf } from './first-user.ts';
import { fullGrant, grantOf } from './grant.ts';
import { type NewToken, insertToken } from './insert-token.ts';

export interface TokenRequest {
  readonly projectSlug: string;
  /** The credential of the request. */
  readonly issuer: Credential;
  readonly name: string;
  /** Whether to revoke the earlier tokens of the same account user in this project. */
  readonly revokePrevious: boolean;
  readonly grant: RequestedGrant;
  /** Whether the token is removed soon after its end. */
  readonly temporary?: boolean;
}

/**
 * Creates a token with at most the rights of its issuer. Call it in a transaction, which checks the issuer again: if two
 * tokens revoke each other concurrently, only one succeeds.
 * @throws RowhouseError `invalid_token` if the issuer was revoked meanwhile; `permission_denied` if the request exceeds the
 * issuer's rights.
 */
export async function issueToken(transaction: Catalog, request: TokenRequest): Promise<NewToken> {
  const project = await projectBySlug(transaction, request.projectSlug);
  const issuer =
    request.issuer.kind === 'admin' ? null : await tokenInForce(transaction, request.issuer.tokenId);
  const grant = attenuateGrant(issuer === null ? fullGrant : grantOf(issuer), request.grant);
  const accountUserId = issuer?.account_user_id ?? (await firstUserOf(transaction, project.account_id));
  const owner = { project_id: project.id, account_user_id: accountUserId };
  if (request.revokePrevious) await revokeTokensOf(transaction, owner);
  return insertToken(transaction, {
    ...owner,
    project_user_id: issuer?.project_user_id ?? null,
    token_name: request.name,
    grant,
    ...(request.temporary !== undefined && { temporary: request.temporary }),
  });
}

/** @throws RowhouseError `invalid_token`. */
export async function tokenInForce(transaction: Catalog, id: number): Promise<TokenRow> {
  const row = await transaction
    .selectFrom('tokens')
    .selectAll()
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  if (row === undefined) throw invalidToken();
  return row;
}

/** Revokes every token of an account user in a project. */
export async function revokeTokensOf(
  transaction: Catalog,
  { project_id, account_user_id }: Pick<TokenRow, 'project_id' | 'account_user_id'>,
): Promise<void> {
  await transaction
    .updateTable('tokens')
    .set({ revoked_at: timestamp() })
    .where('project_id', '=', project_id)
    .where('account_user_id', '=', account_user_id)
    .where('revoked_at', 'is', null)
    .execute();
}
