/** A logged call. Times are in microseconds since 1970. */
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

/** A logged run, as determined by its completed calls. */
export interface StoredRun {
  /** The run's number in the database. */
  readonly number: number;
  readonly runId: string;
  readonly operationKey: string | null;
  readonly continues: string | null;
  readonly continuedBy: string | null;
  /** The start of its first call and the end of its last. */
  readonly started: number;
  readonly ended: number;
  /** The same end by the clock of operation runs, in milliseconds. */
  readonly lastActivityMs: number;
  readonly calls: number;
  readonly failedCalls: number;
  readonly firstFailureStatus: number | null;
  readonly firstFailureCode: string | null;
}

/** The end of a page: the sort value, and the value that distinguishes rows with the same sort value. */
export type Position = readonly [number, number];

/** Rows, and the position of the next page; null after the last page. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly next: Position | null;
}

/** In microseconds since 1970; null for no limit. */
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
  /** In milliseconds since 1970. A run without later activity has ended. */
  readonly activeSinceMs: number;
  /** The start of the run. */
  readonly range: TimeRange;
  /** The latest start or the longest duration first. */
  readonly sort: 'latest' | 'slowest';
  readonly after: Position | null;
  readonly limit: number;
}

/** `failed` if a call of the run failed; otherwise `active` while the run can continue, and then `succeeded`. */
export type RunStatus = 'succeeded' | 'failed' | 'active';

export interface CallsQuery {
  readonly projectId: number;
  /** The lowest and the highest status, inclusive. */
  readonly statuses: readonly [number, number] | null;
  readonly errorCode: string | null;
  readonly range: TimeRange;
  readonly after: Position | null;
  readonly limit: number;
}
