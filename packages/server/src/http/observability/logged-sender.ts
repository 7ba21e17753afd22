import { type Credential, isOfProject, sessionOf } from '../../core/credential.ts';

/** What a line of the log says of the sender of a request. */
export interface LoggedSender {
  readonly token_id: number | null;
  readonly session_id: number | null;
  readonly project: string | null;
}

export function loggedSender(credential: Credential | null): LoggedSender {
  if (credential === null) return { token_id: null, session_id: null, project: null };
  return {
    token_id: credential.kind === 'project_token' ? credential.tokenId : null,
    session_id: sessionOf(credential)?.id ?? null,
    project: isOfProject(credential) ? credential.projectSlug : null,
  };
}
