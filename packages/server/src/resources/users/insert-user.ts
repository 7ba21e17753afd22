import { recordChange } from '../../catalog/audit-trail.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { toRightsColumns } from '../../catalog/rights-columns.ts';
import type { ProjectRow, ProjectUserRow } from '../../catalog/tables.ts';
import { timestamp } from '../../core/ids.ts';
import type { Requester } from '../../core/requester.ts';
import type { Rights } from '../../core/scopes.ts';

export interface NewUser {
  /** In Unicode NFC. */
  readonly username: string;
  readonly passwordHash: string;
  readonly rights: Rights;
}

/**
 * Stores a user of a project, with an account user of its own as the owner of its tokens: users of the same name in two
 * projects are different people. Call it in a transaction.
 */
export async function insertUser(
  transaction: Catalog,
  project: ProjectRow,
  { username, passwordHash, rights }: NewUser,
  by: Requester,
): Promise<ProjectUserRow> {
  const times = { created_at: timestamp(), updated_at: timestamp() };
  const owner = await transaction
    .insertInto('account_users')
    .values({ account_id: project.account_id, kind: 'project_user', ...times })
    .returning('id')
    .executeTakeFirstOrThrow();
  const row = await transaction
    .insertInto('project_users')
    .values({
      project_id: project.id,
      account_user_id: owner.id,
      username,
      password_hash: passwordHash,
      ...toRightsColumns(rights),
      ...times,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  const after = { username, ...rights };
  await recordChange(transaction, by, { action: 'project_user.created', project, subject: row.id, after });
  return row;
}
