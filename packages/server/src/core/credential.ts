import type { Rights } from './scopes.ts';

/** The authenticated sender of a request, and its rights. */
export type Credential = AdminCredential | AccountUserCredential | ProjectCredential;

/** The owner of the server, with the admin token or in a session. */
export interface AdminCredential {
  readonly kind: 'admin';
  /** Absent for the admin token. */
  readonly session?: Session;
}

/** A user of an account, who has full power in all projects of the account. */
export interface AccountUserCredential {
  readonly kind: 'account_user';
  readonly accountId: number;
  readonly session: Session;
}

/** A token or a user of one project. */
export type ProjectCredential =
  | (RightsInProject & { readonly kind: 'project_token'; readonly tokenId: number })
  | (RightsInProject & {
      readonly kind: 'project_user';
      readonly projectUserId: number;
      readonly session: Session;
    });

interface RightsInProject extends Rights {
  readonly projectId: number;
  readonly projectSlug: string;
}

/** The log-in of a person with a browser. */
export interface Session {
  readonly id: number;
  readonly accountUserId: number;
  readonly username: string;
}

export function sessionOf(credential: Credential): Session | null {
  return credential.kind === 'project_token' ? null : (credential.session ?? null);
}

export function isOfProject(credential: Credential): credential is ProjectCredential {
  return credential.kind === 'project_token' || credential.kind === 'project_user';
}

/**
 * Returns the number that tells apart the senders of requests: the id of a token, the negative id of a session, and null for
 * the admin token.
 */
export function senderNumberOf(credential: Credential): number | null {
  if (credential.kind === 'project_token') return credential.tokenId;
  const session = sessionOf(credential);
  return session === null ? null : -session.id;
}
