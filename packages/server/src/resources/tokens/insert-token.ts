import { recordChange } from '../../catalog/audit-trail.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { rightsOf, toRightsColumns } from '../../catalog/rights-columns.ts';
import type { ProjectRow, TokenRow } from '../../catalog/tables.ts';
import { timestamp } from '../../core/ids.ts';
import type { Requester } from '../../core/requester.ts';
import { createToken, hashToken } from '../../http/access/token.ts';
import type { Grant } from './grant.ts';
import { type NamedUser, projectUserOfToken } from './project-user.ts';

/** A new token with its secret, which is returned only once. */
export interface NewToken {
  readonly secret: string;
  readonly row: NamedTokenRow;
}

/** A token with the project user that it names, if any. */
export type NamedTokenRow = TokenRow & NamedUser;

export interface TokenValues extends Pick<TokenRow, 'account_user_id' | 'project_user_id' | 'token_name'> {
  readonly project: ProjectRow;
  readonly grant: Grant;
  readonly temporary?: boolean;
  /** Whether to revoke the earlier tokens of the same account user in this project. */
  readonly revokePrevious: boolean;
  readonly by: Requester;
}

/** Stores a new token, as its hash. Call it in a transaction. */
export async function insertToken(
  transaction: Catalog,
  { project, grant, temporary = false, revokePrevious, by, ...values }: TokenValues,
): Promise<NewToken> {
  const owned = { ...values, project_id: project.id };
  const revoked = revokePrevious ? await revokeTokensOf(transaction, owned) : [];
  const secret = createToken('pat');
  const row = await transaction
    .insertInto('tokens')
    .values({
      ...owned,
      ...toRightsColumns(grant),
      expires_at: grant.expiresAt,
      temporary: temporary ? 1 : 0,
      token_type: 'project_api_token',
      token_sha256: hashToken(secret).toString('hex'),
      created_at: timestamp(),
      revoked_at: null,
      last_used_at: null,
    })
    .returningAll()
    .returning(projectUserOfToken)
    .executeTakeFirstOrThrow();
  await recordChange(transaction, by, {
    action: 'token.created',
    project,
    subject: row.id,
    after: { ...auditedFacts(row), revoked_token_ids: revoked },
  });
  return { secret, row };
}

function auditedFacts(row: NamedTokenRow): Readonly<Record<string, unknown>> {
  const { token_name, account_user_id, project_username, expires_at } = row;
  return { token_name, account_user_id, project_username, ...rightsOf(row), expires_at };
}

/** Revokes every token of an account user in a project. Returns their ids. */
async function revokeTokensOf(
  transaction: Catalog,
  { project_id, account_user_id }: Pick<TokenRow, 'project_id' | 'account_user_id'>,
): Promise<readonly number[]> {
  const rows = await transaction
    .updateTable('tokens')
    .set({ revoked_at: timestamp() })
    .where('project_id', '=', project_id)
    .where('account_user_id', '=', account_user_id)
    .where('revoked_at', 'is', null)
    .returning('id')
    .execute();
  return rows.map(({ id }) => id);
}
