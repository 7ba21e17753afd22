import { Type } from 'typebox';

import { ALLOWED_KEYWORD } from '../validation-details.ts';

/** Requires a single line of text. A lone surrogate is not a character, and UTF-8 cannot encode it. */
export const ONE_LINE = {
  pattern: '^[^\\u0000-\\u001f\\u007f\\ud800-\\udfff]*$',
  [ALLOWED_KEYWORD]: 'text without control characters',
} as const;

/** The display name of a project, a token or a table: a single line of text. White space alone would show as nothing. */
export const displayName = Type.String({
  maxLength: 200,
  pattern: ONE_LINE.pattern.replace('^', '^(?=[\\s\\S]*\\S)'),
  [ALLOWED_KEYWORD]: 'text without control characters, and not blank',
});
