import { Type } from 'typebox';

/** The name of a table in a body: any that an imported database may have. */
export const tableName = Type.String({ minLength: 1, maxLength: 1_000 });
