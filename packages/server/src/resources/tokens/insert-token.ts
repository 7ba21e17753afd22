import type { Catalog } from '../../catalog/catalog.ts';
import type { TokenRow } from '../../catalog/tables.ts';
import { timestamp } from '../../core/ids.ts';
import { createToken, hashToken } from '../../http/access/token.ts';
import { type Grant, toGrantColumns } from './grant.ts';
import { projectUsername } from './project-username.ts';

/** A new token with its secret, which is returned only once. */
export interface NewToken {
  readonly secret: string;
  readonly row: NamedTokenRow;
}

/** A token with the project user that it names, if any. */
export interface NamedTokenRow extends TokenRow {
  readonly project_username: string | null;
}

export interface TokenValues extends Pick<
  TokenRow,
  'project_id' | 'account_user_id' | 'project_user_id' | 'token_name'
> {
  readonly grant: Grant;
  readonly temporary?: boolean;
}

/** Stores a new token, as its hash. */
export async function insertToken(
  catalog: Catalog,
  { grant, temporary = false, ...values }: TokenValues,
): Promise<NewToken> {
  const secret = createToken('pat');
  const row = await catalog
    .insertInto('tokens')
    .values({
      ...values,
      ...toGrantColumns(grant),
      temporary: temporary ? 1 : 0,
      token_type: 'project_api_token',
      token_sha256: hashToken(secret).toString('hex'),
      created_at: timestamp(),
      revoked_at: null,
      last_used_at: null,
    })
    .returningAll()
    .returning(projectUsername)
    .executeTakeFirstOrThrow();
  return { secret, row };
}
