/**
 * `silent` connects and sends nothing. `kept` gets one answer and sends nothing more. `headers` and `body` send one byte of them per
 * second without end.
 */
export type ClientKind = 'silent' | 'kept' | 'headers' | 'body';

export interface CrowdOrder {
  readonly url: string;
  readonly token: string;
  /** The path of a POST. */
  readonly path: string;
  readonly clients: Readonly<Record<ClientKind, number>>;
}

export interface CrowdEnd {
  /** The number of connections by answer; `none` for a connection that was closed without one. */
  readonly answers: Readonly<Record<string, number>>;
  /** The longest time between the last byte of a slow client and the end of its connection, in seconds. */
  readonly longestSeconds: number;
}
