import { type Static, Type } from 'typebox';

import { displayName } from '../../http/fields/display-name.ts';
import { accountId } from '../accounts/account-fields.ts';
import { indexFields, toIndexFields } from '../indexes/index-fields.ts';
import { newProjectSlug, projectFields, toProjectFields } from '../projects/project-fields.ts';
import { tableFields, toTableFields } from '../tables/table-fields.ts';
import { newTokenFields, toNewTokenFields } from '../tokens/token-fields.ts';
import { newUserFields, userFields } from '../users/user-fields.ts';
import type { Bootstrapped } from './bootstrap.ts';
import { contentKeys } from './content-fields.ts';

const tokenOfUser = Type.Object(
  {
    account_user_id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
    token_name: Type.Optional(displayName),
    project_username: Type.Optional(Type.Union([newUserFields.properties.username, Type.Null()])),
  },
  { additionalProperties: false },
);

/** The body of a bootstrap request. */
export const bootstrapFields = Type.Object(
  {
    project_slug: newProjectSlug,
    project_name: displayName,
    initial_project_user: newUserFields,
    ...contentKeys,
    project_api_tokens: Type.Optional(Type.Array(tokenOfUser, { maxItems: 100 })),
    account_id: Type.Optional(accountId),
  },
  { additionalProperties: false },
);

/** The created project. Tables, indexes and tokens are in the order of the request. */
export const bootstrapAnswer = Type.Object({
  project: projectFields,
  initial_project_user: userFields,
  tables: Type.Array(Type.Object({ ...tableFields.properties, row_count: Type.Integer() })),
  indexes: Type.Array(Type.Object({ table_name: Type.String(), ...indexFields.properties })),
  project_api_tokens: Type.Array(newTokenFields),
});

export function toBootstrapAnswer(made: Bootstrapped): Static<typeof bootstrapAnswer> {
  const { username, account_user_id, created_at } = made.user;
  return {
    project: toProjectFields(made.project),
    initial_project_user: { username, account_user_id, created_at },
    tables: made.database.tables.map((table) => ({
      ...toTableFields(table),
      row_count: table.rowCount ?? 0,
    })),
    indexes: made.database.indexes.map(({ table, index }) => ({
      table_name: table,
      ...toIndexFields(index),
    })),
    project_api_tokens: made.tokens.map(toNewTokenFields),
  };
}
