import { type Static, Type } from 'typebox';

import type { TokenRow } from '../../catalog/tables.ts';
import { SCOPES } from '../../core/scopes.ts';
import { includesName } from '../../schema/identifier.ts';
import { grantOf } from './grant.ts';
import type { NamedTokenRow, NewToken } from './insert-token.ts';

const nullableTime = Type.Union([Type.String(), Type.Null()]);

/** A token in an answer, in the contract's order, without its secret. */
export const tokenFields = Type.Object(
  {
    /** Null for the admin credential, which belongs to no project. */
    id: Type.Union([Type.Integer(), Type.Null()]),
    token_type: Type.Union([Type.Literal('project_api_token'), Type.Literal('admin_credential')]),
    token_name: Type.String(),
    expires_at: nullableTime,
    revoked_at: nullableTime,
    last_used_at: nullableTime,
    created_at: nullableTime,
  },
  { title: 'Token' },
);

const grantFields = {
  scopes: Type.Array(Type.Enum([...SCOPES])),
  /** Null for every table. */
  tables: Type.Union([Type.Array(Type.String()), Type.Null()]),
};

const ownerFields = {
  /** The owner of the token. A new token replaces the owner's earlier tokens in the project. */
  account_user_id: Type.Integer(),
  /** The project user that the token names; null for none. */
  project_username: Type.Union([Type.String(), Type.Null()]),
};

/** A token in a list, with its rights and its owner. */
export const listedTokenFields = Type.Object(
  { ...tokenFields.properties, ...grantFields, ...ownerFields },
  { title: 'ListedToken' },
);

/** A new token in an answer, with its secret, which is shown only once. */
export const newTokenFields = Type.Object(
  {
    token: Type.String(),
    token_id: Type.Integer(),
    token_type: Type.Literal('project_api_token'),
    token_name: Type.String(),
    expires_at: nullableTime,
    created_at: Type.String(),
    ...grantFields,
    ...ownerFields,
  },
  { title: 'NewToken' },
);

export function toTokenFields(row: TokenRow): Static<typeof tokenFields> {
  const { id, token_type, token_name, expires_at, revoked_at, last_used_at, created_at } = row;
  return { id, token_type, token_name, expires_at, revoked_at, last_used_at, created_at };
}

/** @param shown the tables that the reader of the list is limited to, or null: the names of other tables are omitted. */
export function toListedTokenFields(
  row: NamedTokenRow,
  shown: readonly string[] | null,
): Static<typeof listedTokenFields> {
  const { scopes, tables } = toGrantFields(row);
  const named = shown === null ? tables : (tables?.filter((table) => includesName(shown, table)) ?? null);
  return { ...toTokenFields(row), scopes, tables: named, ...toOwnerFields(row) };
}

export const adminTokenFields: Static<typeof tokenFields> = {
  id: null,
  token_type: 'admin_credential',
  token_name: 'admin',
  expires_at: null,
  revoked_at: null,
  last_used_at: null,
  created_at: null,
};

export function toNewTokenFields({ secret, row }: NewToken): Static<typeof newTokenFields> {
  const { id, token_type, token_name, expires_at, created_at } = row;
  return {
    token: secret,
    token_id: id,
    token_type,
    token_name,
    expires_at,
    created_at,
    ...toGrantFields(row),
    ...toOwnerFields(row),
  };
}

function toGrantFields(row: TokenRow): Pick<Static<typeof listedTokenFields>, 'scopes' | 'tables'> {
  const { scopes, tables } = grantOf(row);
  return { scopes: [...(scopes ?? SCOPES)], tables: tables === null ? null : [...tables] };
}

function toOwnerFields({
  account_user_id,
  project_username,
}: NamedTokenRow): Pick<Static<typeof listedTokenFields>, keyof typeof ownerFields> {
  return { account_user_id, project_username };
}
