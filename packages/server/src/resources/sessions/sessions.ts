import { recordChange } from '../../catalog/audit-trail.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { LastUse } from '../../catalog/last-use.ts';
import type { SessionRow } from '../../catalog/tables.ts';
import { type Credential, type Session, sessionOf } from '../../core/credential.ts';
import { RowhouseError } from '../../core/errors.ts';
import { timestamp } from '../../core/ids.ts';
import { actorOf, type Requester, type RequestOrigin } from '../../core/requester.ts';
import { type Authenticator, invalidToken } from '../../http/access/authentication.ts';
import { type CachedCredential, CredentialCache } from '../../http/access/credential-cache.ts';
import { createToken, hashToken } from '../../http/access/token.ts';
import { type CurrentSession, sessionById, sessionBySecret } from './session-look-up.ts';

/** Someone whose password or link was checked. */
export interface SignedIn {
  readonly accountUserId: number;
  /** Null for a user of an account. */
  readonly projectUserId: number | null;
  readonly by: SessionRow['signed_in_by'];
}

export interface StartedSession {
  readonly secret: string;
  readonly current: CurrentSession;
}

/** How long a session lasts, in seconds: a week. */
export const SESSION_SECONDS = 604_800;
/** A user's oldest session ends when there are more. */
const MAX_SESSIONS_PER_USER = 20;
const MAX_USER_AGENT_LENGTH = 200;

/** The log-ins of people with a browser, which the value of a cookie proves. */
export class Sessions implements Pick<Authenticator, 'authenticateSession'> {
  readonly #catalog: Catalog;
  readonly #cache = new CredentialCache();
  readonly #use = new LastUse(storeUse);

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  async authenticateSession(sha256: Buffer): Promise<Credential | null> {
    const text = sha256.toString('hex');
    const found = await this.#cache.find(text, () => this.#read(text));
    if (found === null) return null;
    const now = new Date();
    if (found.expiresAtMs !== null && found.expiresAtMs <= now.getTime()) return null;
    const session = sessionOf(found.credential);
    if (session !== null) this.#use.note(session.id, timestamp(now));
    return found.credential;
  }

  /**
   * Starts a session, and ends the user's oldest ones if there are too many.
   * @param authenticate returns who signs in. It runs in the transaction that starts the session, so a password or a link that
   * ends meanwhile starts none.
   * @throws RowhouseError `invalid_token` if the user or the account is disabled; the errors of `authenticate`.
   */
  async start(
    authenticate: (transaction: Catalog) => Promise<SignedIn>,
    { userAgent, ...origin }: RequestOrigin & { readonly userAgent: string | undefined },
  ): Promise<StartedSession> {
    const secret = createToken('ses');
    const secret_sha256 = hashToken(secret).toString('hex');
    const current = await this.changing(async (transaction) => {
      const now = Date.now();
      const { accountUserId, projectUserId, by } = await authenticate(transaction);
      await transaction
        .insertInto('sessions')
        .values({
          account_user_id: accountUserId,
          project_user_id: projectUserId,
          secret_sha256,
          signed_in_by: by,
          address: origin.address,
          user_agent: userAgent?.slice(0, MAX_USER_AGENT_LENGTH) ?? null,
          created_at: timestamp(new Date(now)),
          expires_at: timestamp(new Date(now + SESSION_SECONDS * 1_000)),
          last_used_at: null,
        })
        .execute();
      const made = await sessionBySecret(transaction, secret_sha256);
      // The user or the account is disabled.
      if (made === null) throw invalidToken();
      await endOldest(transaction, made.row);
      const requester = { actor: actorOf(made.credential), ...origin };
      await recordChange(transaction, requester, {
        action: 'session.started',
        ...scopeOf(made),
        subject: made.row.id,
        after: { signed_in_by: by },
      });
      return made;
    });
    return { secret, current };
  }

  /** Returns the session of a request. @throws RowhouseError `invalid_token` if it ended meanwhile. */
  async current(session: Session): Promise<CurrentSession> {
    const current = await sessionById(this.#catalog, session.id);
    if (current === null) throw invalidToken();
    return { ...current, row: this.#use.withLastUse(current.row) };
  }

  /** Lists the sessions of the same user, the newest first. */
  async list(session: Session): Promise<readonly SessionRow[]> {
    const { row } = await this.current(session);
    const rows = await ofSameUser(this.#catalog, row).where('expires_at', '>', timestamp()).execute();
    return rows.map((each) => this.#use.withLastUse(each));
  }

  /** Ends a session of the same user. @throws RowhouseError `not_found`. */
  async end(session: Session, id: number, by: Requester): Promise<void> {
    const current = await this.current(session);
    await this.changing(async (transaction) => {
      const found = await ofSameUser(transaction, current.row).where('id', '=', id).executeTakeFirst();
      if (found === undefined) throw new RowhouseError('not_found', 'There is no such session.');
      await transaction.deleteFrom('sessions').where('id', '=', id).execute();
      await recordChange(transaction, by, { action: 'session.ended', ...scopeOf(current), subject: id });
    });
  }

  /**
   * Runs a transaction that may end sessions. Looks every session up again even if it fails: the catalog may have made the
   * change, and only the answer was lost.
   */
  async changing<T>(change: (transaction: Catalog) => Promise<T>): Promise<T> {
    try {
      return await this.#catalog.transaction().execute(change);
    } finally {
      this.#cache.clear();
    }
  }

  /** Looks every session up again at its next request: users, accounts or projects have changed. */
  forgetAll(): void {
    this.#cache.clear();
  }

  /** Stores the last use of each session. */
  recordUse(): Promise<void> {
    return this.#use.record(this.#catalog);
  }

  /** Removes the sessions that are over. */
  async sweep(): Promise<void> {
    await this.#catalog.deleteFrom('sessions').where('expires_at', '<=', timestamp()).execute();
    await this.#catalog.deleteFrom('sign_in_links').where('expires_at', '<=', timestamp()).execute();
  }

  async #read(secretSha256: string): Promise<CachedCredential | null> {
    const current = await sessionBySecret(this.#catalog, secretSha256);
    if (current === null) return null;
    const { credential, accountId, row } = current;
    return { credential, accountId, expiresAtMs: Date.parse(row.expires_at) };
  }
}

/** The part of the audit trail that an event of this session belongs to. */
export function scopeOf({ project, accountId }: CurrentSession) {
  return project === null ? { accountId } : { project };
}

function ofSameUser(catalog: Catalog, { account_user_id, project_user_id }: SessionRow) {
  return catalog
    .selectFrom('sessions')
    .selectAll()
    .where('account_user_id', '=', account_user_id)
    .where('project_user_id', project_user_id === null ? 'is' : '=', project_user_id)
    .orderBy('id', 'desc');
}

async function endOldest(transaction: Catalog, row: SessionRow): Promise<void> {
  const tooMany = await ofSameUser(transaction, row)
    .offset(MAX_SESSIONS_PER_USER)
    .limit(MAX_SESSIONS_PER_USER)
    .execute();
  for (const { id } of tooMany) await transaction.deleteFrom('sessions').where('id', '=', id).execute();
}

function storeUse(transaction: Catalog, id: number, usedAt: string): Promise<unknown> {
  return transaction.updateTable('sessions').set({ last_used_at: usedAt }).where('id', '=', id).execute();
}
