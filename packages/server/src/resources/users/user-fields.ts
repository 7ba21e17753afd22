import { type Static, Type } from 'typebox';

import { rightsOf } from '../../catalog/rights-columns.ts';
import type { ProjectUserRow } from '../../catalog/tables.ts';
import { ONE_LINE } from '../../http/fields/display-name.ts';
import { rightsFields, toRightsFields } from '../tokens/token-fields.ts';

/** The name of a project user: any single line of text. */
export const username = Type.String({ minLength: 1, maxLength: 200, ...ONE_LINE });

/**
 * A control character in a password is a mistake, mostly a line end. A schema cannot count characters after normalisation, so
 * `hashNewPassword` checks the rest.
 */
export const newPassword = Type.String({
  ...ONE_LINE,
  description:
    'It has 8 to 1,024 characters in Unicode NFC, and is not a common password, a plain sequence, or a name from its context.',
});

/** The password of a login. It is not validated, so the answer does not reveal whether it could be valid. */
export const passwordGiven = Type.String();

/** A new user of a project. */
export const newUserFields = Type.Object(
  { username, password: newPassword },
  { additionalProperties: false },
);

/** The first user of a project in the answer that creates it. */
export const userFields = Type.Object(
  { username: Type.String(), account_user_id: Type.Integer(), created_at: Type.String() },
  { title: 'FirstProjectUser' },
);

/** A user of a project in an answer, without the password. */
export const projectUserFields = Type.Object(
  {
    id: Type.Integer(),
    username: Type.String(),
    account_user_id: Type.Integer(),
    ...rightsFields.properties,
    disabled_at: Type.Union([Type.String(), Type.Null()]),
    created_at: Type.String(),
    updated_at: Type.String(),
  },
  { title: 'ProjectUser' },
);

export function toProjectUserFields(row: ProjectUserRow): Static<typeof projectUserFields> {
  const { id, username: name, account_user_id, disabled_at, created_at, updated_at } = row;
  const rights = toRightsFields(rightsOf(row));
  return { id, username: name, account_user_id, ...rights, disabled_at, created_at, updated_at };
}
