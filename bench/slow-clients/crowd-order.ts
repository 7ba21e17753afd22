/**
 * `silent`: connects and sends nothing. `kept`: has one answer, and asks for no more. `headers`, `body`: sends a byte of them a
 * second, and never ends.
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
  /** How many were answered before the end, and with what; `none` for a connection that was closed without a word. */
  readonly answers: Readonly<Record<string, number>>;
  /** The longest time between the last byte of a slow client and the end of its connection, in seconds. */
  readonly longestSeconds: number;
}
