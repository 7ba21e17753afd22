/** A request that is sent again and again. In its body and its headers, `{sequence}` is a number of nine digits, another one each time. */
export interface LoadRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly token: string;
  readonly body?: string | undefined;
  /** Beside those that every request has. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface LoadOrder {
  readonly url: string;
  readonly request: LoadRequest;
  readonly connections: number;
  /** Answered before the measuring begins, so that code is compiled and caches are full. */
  readonly warmUpMs: number;
  readonly durationMs: number;
}

export interface LoadReport {
  readonly perSecond: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** How many answers had which status. */
  readonly statuses: Readonly<Record<string, number>>;
}
