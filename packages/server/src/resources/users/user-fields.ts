import { Type } from 'typebox';

import { ONE_LINE } from '../../http/fields/display-name.ts';

/** Which of a project's users: any text of one line. */
export const username = Type.String({ minLength: 1, maxLength: 200, ...ONE_LINE });

/** A control character in a password is a slip: a line end that was read along with it, most often. */
const newPassword = Type.String({ minLength: 8, maxLength: 1_024, ...ONE_LINE });

/** A password that shall prove who somebody is: whether it could be one is not told. */
export const passwordGiven = Type.String({ maxLength: 1_024 });

/** A user of a project to be made. */
export const newUserFields = Type.Object(
  { username, password: newPassword },
  { additionalProperties: false },
);

/** What a client sees of a user; never the password. */
export const userFields = Type.Object(
  { username: Type.String(), account_user_id: Type.Integer(), created_at: Type.String() },
  { title: 'ProjectUser' },
);
