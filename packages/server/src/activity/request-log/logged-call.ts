/** From this status on a call has failed; that of a client who left before the answer is among them. */
export const FIRST_FAILED_STATUS = 400;

/** What is written down of a call, and nothing of what was in it. */
export interface LoggedCall {
  readonly requestId: string;
  /** Null where it concerns none. */
  readonly projectId: number | null;
  /** Null for the admin credential. */
  readonly tokenId: number | null;
  readonly method: string;
  /** The pattern, `/projects/:project`. */
  readonly route: string;
  readonly status: number;
  readonly errorCode: string | null;
  readonly durationMs: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly traceId: string | null;
  /** When it was over, by the clock of operations, in milliseconds since 1970. */
  readonly endedAtMs: number;
  readonly operationKey: string | null;
  readonly run: LoggedRun | null;
}

/** What is known of the run that a call was in. An object of it is about one project's run, and shared by its calls. */
export interface LoggedRun {
  readonly id: string;
  /** Its own, where the call has sent another. */
  readonly operationKey: string | null;
  /** The run that it goes on from. */
  readonly continues: string | null;
}

/** A run as it was last written down, as far as it matters to the next call of it. */
export interface ArchivedRun {
  readonly runId: string;
  readonly operationKey: string | null;
  /** The run that it goes on from. */
  readonly continues: string | null;
  /** The last known of those that go on from it. */
  readonly continuedBy: string | null;
  /** When its last call was over, in milliseconds since 1970. */
  readonly lastActivityMs: number;
}

/** Whose calls with which key. */
export interface KeyOfToken {
  readonly projectId: number | null;
  readonly tokenId: number | null;
  readonly operationKey: string;
}
