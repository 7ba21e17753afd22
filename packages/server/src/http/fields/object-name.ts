import { Type } from 'typebox';

import { ALLOWED_KEYWORD } from '../validation-details.ts';

/** The name of a new table or index. SQLite reserves names that start with `sqlite_`. */
export const newObjectName = Type.String({
  maxLength: 63,
  pattern: '^(?![sS][qQ][lL][iI][tT][eE]_)[A-Za-z][A-Za-z0-9_]*$',
  [ALLOWED_KEYWORD]: 'a letter, then letters, digits and "_", and must not start with sqlite_',
});

/** The name of a new column. */
export const newColumnName = Type.String({
  maxLength: 63,
  pattern: '^[A-Za-z][A-Za-z0-9_]*$',
  [ALLOWED_KEYWORD]: 'a letter, then letters, digits and "_"',
});

/** The name or id of an existing object. An imported database may have any name. */
export const existingName = Type.String({ maxLength: 1_000 });

/** The same in a body, where a text could be empty. */
export const existingNameInBody = Type.String({ minLength: 1, maxLength: 1_000 });
