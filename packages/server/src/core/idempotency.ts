/** A request that takes effect once, however often it is sent. */
export interface IdempotentRequest {
  /** The owner of the key: the tokens and users of a project and its account share its keys, the admin credential has its own. */
  readonly scope: 'project' | 'admin';
  /** The `Idempotency-Key` that the client chose. */
  readonly key: string;
  /** SHA-256 of the request, in lower-case hexadecimal. The same key cannot be used for another request. */
  readonly requestSha256: string;
  readonly requestId: string;
}

/** A request whose result is stored in the catalog, which all projects share: only the sender can read the result. */
export interface SealedRequest extends IdempotentRequest {
  /** The project whose tokens share the keys; null for the admin credential and for users of an account. */
  readonly projectId: number | null;
  /** The token or the session's secret of the request. It is stored nowhere. */
  readonly credential: string;
}

/** The result of a write, from this request or an earlier one. */
export interface Replayable<Result> {
  readonly result: Result;
  /** The id of the earlier request whose result this is; null if this request did the write. */
  readonly replayOf: string | null;
}

/** How long a key is stored, in milliseconds: 24 hours. */
export const IDEMPOTENCY_KEPT_MS = 86_400_000;
