import { Type } from 'typebox';

import { ALLOWED_KEYWORD } from './validation-details.ts';

/** A name that nothing is found by, of a project or a token: any text of one line. */
export const nameForPeople = Type.String({
  minLength: 1,
  maxLength: 200,
  pattern: '^[^\\u0000-\\u001f\\u007f]*$',
  [ALLOWED_KEYWORD]: 'text without control characters',
});
