/** The lowest status of a failed call. The status for a disconnected client is above it. */
export const FIRST_FAILED_STATUS = 400;

/** The logged facts of a call. They contain no content. */
export interface LoggedCall {
  readonly requestId: string;
  /** Null for a call without a project. */
  readonly projectId: number | null;
  /** Null for the admin credential. */
  readonly tokenId: number | null;
  readonly method: string;
  /** The route pattern, `/projects/:project`. */
  readonly route: string;
  readonly status: number;
  readonly errorCode: string | null;
  readonly durationMs: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly traceId: string | null;
  /** When the call ended, by the clock of operation runs, in milliseconds since 1970. */
  readonly endedAtMs: number;
  readonly operationKey: string | null;
  readonly run: LoggedRun | null;
}

/** The run of a call. The calls of a run share one object, which belongs to one project. */
export interface LoggedRun {
  readonly id: string;
  /** The run's own key, even if the call sent another. */
  readonly operationKey: string | null;
  /** The run that this run continues. */
  readonly continues: string | null;
}

/** The last logged state of a run, as needed to group its next call. */
export interface ArchivedRun {
  readonly runId: string;
  readonly operationKey: string | null;
  /** The run that this run continues. */
  readonly continues: string | null;
  /** The last known run that continues this run. */
  readonly continuedBy: string | null;
  /** When its last call ended, in milliseconds since 1970. */
  readonly lastActivityMs: number;
}

/** A token and an operation key. */
export interface KeyOfToken {
  readonly projectId: number | null;
  readonly tokenId: number | null;
  readonly operationKey: string;
}
