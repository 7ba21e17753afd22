import { Type } from 'typebox';

import { ONE_LINE } from '../../http/fields/display-name.ts';

/** The name of a project user: any single line of text. */
export const username = Type.String({ minLength: 1, maxLength: 200, ...ONE_LINE });

/**
 * A control character in a password is a mistake, mostly a line end. A schema cannot count characters after normalisation, so
 * `hashNewPassword` checks the rest.
 */
const newPassword = Type.String({
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

/** A user in an answer, without the password. */
export const userFields = Type.Object(
  { username: Type.String(), account_user_id: Type.Integer(), created_at: Type.String() },
  { title: 'ProjectUser' },
);
