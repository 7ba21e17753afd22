import type { Catalog } from '../catalog/catalog.ts';
import { projectBySlug } from '../catalog/project-by-slug.ts';
import type { TokenRow } from '../catalog/tables.ts';
import { RowhouseError } from '../errors.ts';
import { type Credential, invalidToken } from '../http/authentication.ts';
import { timestamp } from '../http/ids.ts';
import { firstUserOf } from './first-user.ts';
import { type NewToken, insertToken } from './insert-token.ts';

export interface TokenRequest {
  readonly projectSlug: string;
  /** Who asks for the token. */
  readonly minter: Credential;
  readonly name: string;
  /** Whether the earlier tokens of the same account user in this project are revoked. */
  readonly revokePrevious: boolean;
  /** Left out: as the minter's own. */
  readonly expiresAt: string | null | undefined;
}

/**
 * Makes a token that can do no more than its minter. Call it in a transaction: the minter is looked at again in it, so
 * that of two who revoke each other at once only one succeeds.
 * @throws RowhouseError `invalid_token` when the minter was revoked meanwhile; `permission_denied` when it asks for more
 * than it has.
 */
export async function mintToken(transaction: Catalog, request: TokenRequest): Promise<NewToken> {
  const project = await projectBySlug(transaction, request.projectSlug);
  const minter =
    request.minter.kind === 'admin' ? null : await tokenInForce(transaction, request.minter.tokenId);
  const accountUserId = minter?.account_user_id ?? (await firstUserOf(transaction, project.account_id));
  if (request.revokePrevious) await revokeTokensOf(transaction, { projectId: project.id, accountUserId });
  return insertToken(transaction, {
    project_id: project.id,
    account_user_id: accountUserId,
    token_name: request.name,
    expires_at: narrowedExpiry(minter?.expires_at ?? null, request.expiresAt),
  });
}

async function tokenInForce(transaction: Catalog, id: number): Promise<TokenRow> {
  const row = await transaction
    .selectFrom('tokens')
    .selectAll()
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  if (row === undefined) throw invalidToken();
  return row;
}

async function revokeTokensOf(
  transaction: Catalog,
  { projectId, accountUserId }: { readonly projectId: number; readonly accountUserId: number },
): Promise<void> {
  await transaction
    .updateTable('tokens')
    .set({ revoked_at: timestamp() })
    .where('project_id', '=', projectId)
    .where('account_user_id', '=', accountUserId)
    .where('revoked_at', 'is', null)
    .execute();
}

/** Both are timestamps of one form, which sort as text. */
function narrowedExpiry(own: string | null, asked: string | null | undefined): string | null {
  if (asked === undefined || own === null) return asked ?? own;
  if (asked === null || asked > own) throw wider('body.expires_at', `must not be later than ${own}`);
  return asked;
}

function wider(field: string, message: string): RowhouseError {
  return new RowhouseError(
    'permission_denied',
    `A token can make only tokens that can do no more: ${field} ${message}.`,
    {
      details: [{ field, message }],
    },
  );
}
