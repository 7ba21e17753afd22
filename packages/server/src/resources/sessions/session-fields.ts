import { type Static, Type } from 'typebox';

import type { SessionRow } from '../../catalog/tables.ts';
import { rightsFields } from '../tokens/token-fields.ts';

const nullable = Type.Union([Type.String(), Type.Null()]);

/** A session in an answer, without its secret. */
export const sessionFields = Type.Object(
  {
    id: Type.Integer(),
    signed_in_by: Type.Enum(['password', 'link']),
    address: Type.String(),
    user_agent: nullable,
    created_at: Type.String(),
    expires_at: Type.String(),
    last_used_at: nullable,
  },
  { title: 'Session' },
);

/** Who is logged in. */
export const signedInUserFields = Type.Object(
  {
    /** `owner`: the owner of the server, with the power of the admin credential. */
    role: Type.Enum(['owner', 'account_user', 'project_user']),
    username: Type.String(),
    account_user_id: Type.Integer(),
    account_id: Type.Integer(),
    /** Null for a user of an account, who may use every project of the account. */
    project_slug: nullable,
    ...rightsFields.properties,
    has_password: Type.Boolean(),
  },
  { title: 'SignedInUser' },
);

export function toSessionFields(row: SessionRow): Static<typeof sessionFields> {
  const { id, signed_in_by, address, user_agent, created_at, expires_at, last_used_at } = row;
  return { id, signed_in_by, address, user_agent, created_at, expires_at, last_used_at };
}
