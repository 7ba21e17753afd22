import { type RawBuilder, sql } from 'kysely';

import type { ProjectUserRow } from '../../catalog/tables.ts';

/** The project user that a token names; every field is null for none. */
export interface NamedUser {
  readonly project_username: string | null;
  /** Absent in results that an earlier version stored, when no user was limited. */
  readonly user_scopes?: string | null;
  readonly user_tables?: string | null;
}

/** For a query of `tokens`: the project user that each token names. */
export const projectUserOfToken = [
  columnOfUser('username').as('project_username'),
  columnOfUser('scopes').as('user_scopes'),
  columnOfUser('tables').as('user_tables'),
] as const;

function columnOfUser(column: keyof ProjectUserRow): RawBuilder<string | null> {
  return sql`(SELECT project_users.${sql.ref(column)} FROM project_users WHERE project_users.id = tokens.project_user_id)`;
}
