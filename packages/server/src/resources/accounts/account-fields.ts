import { type Static, Type } from 'typebox';

import type { AccountRow, AccountUserRow } from '../../catalog/tables.ts';
import type { Credential } from '../../core/credential.ts';
import { RowhouseError } from '../../core/errors.ts';

export const accountId = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });

const nullableTime = Type.Union([Type.String(), Type.Null()]);

/** An account in an answer. */
export const accountFields = Type.Object(
  {
    id: Type.Integer(),
    account_name: Type.String(),
    disabled_at: nullableTime,
    created_at: Type.String(),
    updated_at: Type.String(),
  },
  { title: 'Account' },
);

/** A user of an account in an answer, without the password. */
export const accountUserFields = Type.Object(
  {
    id: Type.Integer(),
    account_id: Type.Integer(),
    username: Type.String(),
    has_password: Type.Boolean(),
    disabled_at: nullableTime,
    created_at: Type.String(),
    updated_at: Type.String(),
  },
  { title: 'AccountUser' },
);

export function toAccountFields(row: AccountRow): Static<typeof accountFields> {
  const { id, account_name, disabled_at, created_at, updated_at } = row;
  return { id, account_name, disabled_at, created_at, updated_at };
}

export function toAccountUserFields(row: AccountUserRow): Static<typeof accountUserFields> {
  const { id, account_id, username, password_hash, disabled_at, created_at, updated_at } = row;
  return {
    id,
    account_id,
    username: username ?? '',
    has_password: password_hash !== null,
    disabled_at,
    created_at,
    updated_at,
  };
}

/**
 * Returns the account that a request is about: the requested one, or that of the sender. Null for none.
 * @throws RowhouseError `permission_denied` for a user of another account, whether or not the requested account exists.
 */
export function chosenAccount(credential: Credential, requested: number | undefined): number | null {
  if (credential.kind !== 'account_user') return requested ?? null;
  if (requested !== undefined && requested !== credential.accountId) {
    throw new RowhouseError('permission_denied', 'A user of an account may use only this account.');
  }
  return credential.accountId;
}
