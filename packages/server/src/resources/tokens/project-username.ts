import { sql } from 'kysely';

/** For a query of `tokens`: the project user that each token names. */
export const projectUsername = sql<string | null>`(
  SELECT username FROM project_users WHERE project_users.id = tokens.project_user_id
)`.as('project_username');
