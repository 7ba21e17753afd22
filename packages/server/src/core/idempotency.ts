/** A request that is to have effect once, however often it is sent. */
export interface IdempotentRequest {
  /** Whose keys are told apart: those of the tokens of a project are the project's. */
  readonly scope: 'project' | 'admin';
  /** `Idempotency-Key`, as the client chose it. */
  readonly key: string;
  /** SHA-256 of what was asked for, lower-case hexadecimal: the same key may not be used for anything else. */
  readonly requestSha256: string;
  readonly requestId: string;
}

/** The same for what is kept where other projects are, too: only who sent it may read what it gave. */
export interface SealedRequest extends IdempotentRequest {
  /** Whose keys are told apart: those of a project's tokens; null for the admin credential. */
  readonly projectId: number | null;
  /** The token that was presented: it is stored nowhere. */
  readonly credential: string;
}

/** What a write gave, now or the first time. */
export interface Replayable<Result> {
  readonly result: Result;
  /** The id of the request that did it, where this one repeats it; null where this one did. */
  readonly replayOf: string | null;
}

/** For how long a key is remembered, in milliseconds: 24 hours. */
export const IDEMPOTENCY_KEPT_MS = 86_400_000;
