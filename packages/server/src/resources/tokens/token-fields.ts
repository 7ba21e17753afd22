import { type Static, Type } from 'typebox';

import { rightsOf } from '../../catalog/rights-columns.ts';
import type { TokenRow } from '../../catalog/tables.ts';
import type { Session } from '../../core/credential.ts';
import { invalidField } from '../../core/errors.ts';
import { type Rights, SCOPES } from '../../core/scopes.ts';
import { commonRights } from '../../http/access/rights.ts';
import { existingNameInBody } from '../../http/fields/object-name.ts';
import { includesName } from '../../schema/identifier.ts';
import type { NamedTokenRow, NewToken } from './insert-token.ts';

const nullableTime = Type.Union([Type.String(), Type.Null()]);

/** A token in an answer, in the contract's order, without its secret. */
export const tokenFields = Type.Object(
  {
    /** Null for the admin credential and for a session. */
    id: Type.Union([Type.Integer(), Type.Null()]),
    token_type: Type.Enum(['project_api_token', 'admin_credential', 'session']),
    token_name: Type.String(),
    expires_at: nullableTime,
    revoked_at: nullableTime,
    last_used_at: nullableTime,
    created_at: nullableTime,
  },
  { title: 'Token' },
);

/** The tables need not exist: they may be created later. */
const tableNames = Type.Array(existingNameInBody, {
  minItems: 1,
  maxItems: 1_000,
  uniqueItems: true,
});

/** What a token or a user may do, in a request. */
export const requestedRights = Type.Object({
  scopes: Type.Optional(Type.Array(Type.Enum([...SCOPES]), { minItems: 1, uniqueItems: true })),
  tables: Type.Optional(Type.Union([tableNames, Type.Null()])),
});

/** In characters. Each request of a limited token is compared with all of its names. */
const MAX_TABLE_NAMES = 65_536;

/**
 * Returns the requested rights; undefined for those that the request omits.
 * @throws RowhouseError `validation_failed` if the names of the tables are too long in all.
 */
export function toRequestedRights({ scopes, tables }: Static<typeof requestedRights>): {
  readonly [Key in keyof Rights]: Rights[Key] | undefined;
} {
  const characters = (tables ?? []).reduce((sum, name) => sum + name.length, 0);
  if (characters > MAX_TABLE_NAMES) {
    throw invalidField('body.tables', `must have at most ${MAX_TABLE_NAMES} characters in all names`);
  }
  return { scopes, tables };
}

/** What a token or a user may do, in an answer. */
export const rightsFields = Type.Object({
  scopes: Type.Array(Type.Enum([...SCOPES])),
  /** Null for every table. */
  tables: Type.Union([Type.Array(Type.String()), Type.Null()]),
});

const ownerFields = {
  /** The owner of the token. A new token replaces the owner's earlier tokens in the project. */
  account_user_id: Type.Integer(),
  /** The project user that the token names; null for none. */
  project_username: Type.Union([Type.String(), Type.Null()]),
};

/** A token in a list, with its rights and its owner. */
export const listedTokenFields = Type.Object(
  { ...tokenFields.properties, ...rightsFields.properties, ...ownerFields },
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
    ...rightsFields.properties,
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

/** A session in the place of a token: `GET /auth/session` returns all that is known of it. */
export function toSessionFields({ username }: Session): Static<typeof tokenFields> {
  return { ...adminTokenFields, token_type: 'session', token_name: username };
}

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

/** What the token may do: at most what its project user may do now. */
function toGrantFields(row: NamedTokenRow): Static<typeof rightsFields> {
  const { user_scopes = null, user_tables = null } = row;
  return toRightsFields(commonRights(rightsOf(row), rightsOf({ scopes: user_scopes, tables: user_tables })));
}

export function toRightsFields({ scopes, tables }: Rights): Static<typeof rightsFields> {
  return { scopes: [...(scopes ?? SCOPES)], tables: tables === null ? null : [...tables] };
}

function toOwnerFields({
  account_user_id,
  project_username,
}: NamedTokenRow): Pick<Static<typeof listedTokenFields>, keyof typeof ownerFields> {
  return { account_user_id, project_username };
}
