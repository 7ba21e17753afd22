import type { Catalog } from '../catalog/catalog.ts';
import type { TokenRow } from '../catalog/tables.ts';
import { timestamp } from '../http/ids.ts';
import { createToken, hashToken } from '../http/token.ts';
import { type Grant, toGrantColumns } from './grant.ts';

/** A token as it is answered once, when it is made. */
export interface NewToken {
  readonly secret: string;
  readonly row: TokenRow;
}

/** Stores a new token, of which only the hash stays. */
export async function insertToken(
  catalog: Catalog,
  {
    grant,
    ...values
  }: Pick<TokenRow, 'project_id' | 'account_user_id' | 'token_name'> & { readonly grant: Grant },
): Promise<NewToken> {
  const secret = createToken('pat');
  const row = await catalog
    .insertInto('tokens')
    .values({
      ...values,
      ...toGrantColumns(grant),
      token_type: 'project_api_token',
      token_sha256: hashToken(secret).toString('hex'),
      created_at: timestamp(),
      revoked_at: null,
      last_used_at: null,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return { secret, row };
}
