import type { Catalog } from '../../catalog/catalog.ts';
import { rightsOf } from '../../catalog/rights-columns.ts';
import { OWNER_USER_ID, type ProjectRow, type SessionRow } from '../../catalog/tables.ts';
import type { Credential, Session } from '../../core/credential.ts';
import { timestamp } from '../../core/ids.ts';
import type { Rights } from '../../core/scopes.ts';
import { fullRights } from '../../http/access/rights.ts';

/** A valid session, with its user. */
export interface CurrentSession {
  readonly row: SessionRow;
  readonly credential: Credential;
  readonly username: string;
  readonly accountId: number;
  /** Null for a user of an account. */
  readonly project: Pick<ProjectRow, 'id' | 'project_slug' | 'account_id'> | null;
  readonly rights: Rights;
  /** Null for a user without a password. */
  readonly passwordHash: string | null;
}

/** Returns a session by the hash of its secret; null if it has ended, or its user, account or project is disabled. */
export async function sessionBySecret(
  catalog: Catalog,
  secretSha256: string,
): Promise<CurrentSession | null> {
  return toCurrent(await validSessions(catalog).where('secret_sha256', '=', secretSha256).executeTakeFirst());
}

export async function sessionById(catalog: Catalog, id: number): Promise<CurrentSession | null> {
  return toCurrent(await validSessions(catalog).where('sessions.id', '=', id).executeTakeFirst());
}

function validSessions(catalog: Catalog) {
  return catalog
    .selectFrom('sessions')
    .innerJoin('account_users', 'account_users.id', 'sessions.account_user_id')
    .innerJoin('accounts', 'accounts.id', 'account_users.account_id')
    .leftJoin('project_users', 'project_users.id', 'sessions.project_user_id')
    .leftJoin('projects', 'projects.id', 'project_users.project_id')
    .selectAll('sessions')
    .select(['account_users.account_id', 'account_users.username as account_username'])
    .select('account_users.password_hash as account_password_hash')
    .select(['project_users.username as project_username', 'project_users.scopes', 'project_users.tables'])
    .select('project_users.password_hash as project_password_hash')
    .select(['projects.id as project_id', 'projects.project_slug'])
    .where('accounts.disabled_at', 'is', null)
    .where('account_users.disabled_at', 'is', null)
    .where('project_users.disabled_at', 'is', null)
    .where('sessions.expires_at', '>', timestamp());
}

type ValidSession = Awaited<ReturnType<ReturnType<typeof validSessions>['executeTakeFirst']>>;

function toCurrent(found: ValidSession): CurrentSession | null {
  if (found === undefined) return null;
  const { account_id, account_username, account_password_hash, ...ofSession } = found;
  const { project_username, scopes, tables, project_password_hash, project_id, project_slug, ...row } =
    ofSession;
  const shared = { row, accountId: account_id };
  if (row.project_user_id === null) {
    const session = { id: row.id, accountUserId: row.account_user_id, username: account_username ?? '' };
    return {
      ...shared,
      credential: credentialInAccount(account_id, session),
      username: session.username,
      project: null,
      rights: fullRights,
      passwordHash: account_password_hash,
    };
  }
  // A session of a project user is deleted with the user and the project.
  if (project_id === null || project_slug === null || project_username === null) return null;
  const rights = rightsOf({ scopes, tables });
  const project = { projectId: project_id, projectSlug: project_slug, projectUserId: row.project_user_id };
  const session = { id: row.id, accountUserId: row.account_user_id, username: project_username };
  return {
    ...shared,
    credential: { kind: 'project_user', ...project, ...rights, session },
    username: project_username,
    project: { id: project_id, project_slug, account_id },
    rights,
    passwordHash: project_password_hash,
  };
}

function credentialInAccount(accountId: number, session: Session): Credential {
  if (session.accountUserId === OWNER_USER_ID) return { kind: 'admin', session };
  return { kind: 'account_user', accountId, session };
}
