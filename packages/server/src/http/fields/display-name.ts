import { Type } from 'typebox';

import { ALLOWED_KEYWORD } from '../validation-details.ts';

/** Of a text, that it is one line. Half of a surrogate pair is no character, and UTF-8 has no bytes for it. */
export const ONE_LINE = {
  pattern: '^[^\\u0000-\\u001f\\u007f\\ud800-\\udfff]*$',
  [ALLOWED_KEYWORD]: 'text without control characters',
} as const;

/** A name that nothing is found by, of a project, a token or a table: any text of one line. */
export const displayName = Type.String({ minLength: 1, maxLength: 200, ...ONE_LINE });
