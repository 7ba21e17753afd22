import { type Credential, sessionOf } from './credential.ts';

/** Who changed something. The id is that of the token or user; null for the admin and for the service itself. */
export interface Actor {
  readonly type: 'admin' | 'account_user' | 'project_user' | 'project_api_token' | 'service';
  readonly id: number | null;
  /** The name of a person; null for a token. */
  readonly name: string | null;
}

/** The sender of a request, for the audit trail. */
export interface Requester {
  readonly actor: Actor;
  /** The remote address; null for the service itself. */
  readonly address: string | null;
  readonly requestId: string | null;
}

/** Where a request came from. At a log-in, the actor is known only when the password is checked. */
export interface RequestOrigin {
  readonly address: string;
  readonly requestId: string;
}

/** The service itself, or its owner at the command line. */
export const THE_SERVICE: Requester = {
  actor: { type: 'service', id: null, name: null },
  address: null,
  requestId: null,
};

export function actorOf(credential: Credential): Actor {
  const session = sessionOf(credential);
  const name = session?.username ?? null;
  switch (credential.kind) {
    case 'admin':
      return { type: 'admin', id: null, name };
    case 'account_user':
      return { type: 'account_user', id: credential.session.accountUserId, name };
    case 'project_user':
      return { type: 'project_user', id: credential.projectUserId, name };
    case 'project_token':
      return { type: 'project_api_token', id: credential.tokenId, name };
  }
}
