/** A call as it was written down. Times in microseconds since 1970. */
export interface StoredCall {
  readonly requestId: string;
  readonly started: number;
  readonly random: number;
  readonly tokenId: number | null;
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly errorCode: string | null;
  readonly durationMicros: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly operationKey: string | null;
  readonly runId: string | null;
  readonly traceId: string | null;
}

/** A run, as its calls that are over have made it. */
export interface StoredRun {
  /** In the database. */
  readonly number: number;
  readonly runId: string;
  readonly operationKey: string | null;
  readonly continues: string | null;
  readonly continuedBy: string | null;
  /** The begin of its first call and the end of its last. */
  readonly started: number;
  readonly ended: number;
  /** The same end by the clock of operations, in milliseconds. */
  readonly lastActivityMs: number;
  readonly calls: number;
  readonly failedCalls: number;
  readonly firstFailureStatus: number | null;
  readonly firstFailureCode: string | null;
}

/** Where a page ended: by what rows are sorted, and what tells those apart that are equal in it. */
export type Position = readonly [number, number];

/** Some rows, and where to go on; null where there are no more. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly next: Position | null;
}

/** In microseconds since 1970; each null for no limit. */
export interface TimeRange {
  /** Inclusive. */
  readonly since: number | null;
  /** Exclusive. */
  readonly until: number | null;
}

export interface RunsQuery {
  readonly projectId: number;
  readonly operationKey: string | null;
  readonly status: RunStatus | null;
  /** In milliseconds since 1970: a run with no activity since is over. */
  readonly activeSinceMs: number;
  /** When the run began. */
  readonly range: TimeRange;
  /** The latest, or those that took longest, come first. */
  readonly sort: 'latest' | 'slowest';
  readonly after: Position | null;
  readonly limit: number;
}

/** `failed`: a call of it has; else `active` while it may still go on, and then `succeeded`. */
export type RunStatus = 'succeeded' | 'failed' | 'active';

export interface CallsQuery {
  readonly projectId: number;
  /** From the first to the last. */
  readonly statuses: readonly [number, number] | null;
  readonly errorCode: string | null;
  readonly range: TimeRange;
  readonly after: Position | null;
  readonly limit: number;
}
