import { Type } from 'typebox';

import { ALLOWED_KEYWORD } from '../validation-details.ts';

/** A name for a new table or index: SQLite keeps what starts with `sqlite_` for itself. */
export const newObjectName = Type.String({
  maxLength: 63,
  pattern: '^(?![sS][qQ][lL][iI][tT][eE]_)[A-Za-z][A-Za-z0-9_]*$',
  [ALLOWED_KEYWORD]: 'a letter, then letters, digits and "_", and must not start with sqlite_',
});

/** A name for a new column. */
export const newColumnName = Type.String({
  maxLength: 63,
  pattern: '^[A-Za-z][A-Za-z0-9_]*$',
  [ALLOWED_KEYWORD]: 'a letter, then letters, digits and "_"',
});

/** A name or an id of something that is there already: an imported database may have any name. */
export const existingName = Type.String({ maxLength: 1_000 });

/** The same in a body, where a text may be empty. */
export const existingNameInBody = Type.String({ minLength: 1, maxLength: 1_000 });
