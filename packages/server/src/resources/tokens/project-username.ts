import { sql } from 'kysely';

/** In a query of `tokens`: the name of the project's user in whose name each is. */
export const projectUsername = sql<string | null>`(
  SELECT username FROM project_users WHERE project_users.id = tokens.project_user_id
)`.as('project_username');
