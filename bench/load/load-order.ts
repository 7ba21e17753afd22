/** A repeated request. `{sequence}` in its body or headers is replaced with a unique number of nine digits. */
export interface LoadRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly token: string;
  readonly body?: string | undefined;
  /** Additional headers. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface LoadOrder {
  readonly url: string;
  readonly request: LoadRequest;
  readonly connections: number;
  /** The time before the measurement, in which code is compiled and caches are filled. */
  readonly warmUpMs: number;
  readonly durationMs: number;
}

export interface LoadReport {
  readonly perSecond: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** The number of answers by status. */
  readonly statuses: Readonly<Record<string, number>>;
}
