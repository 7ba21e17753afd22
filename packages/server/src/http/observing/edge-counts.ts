/** Why a connection was cut before its client was done. */
export type CutReason = 'headers' | 'answer' | 'rest_of_body';

/** What the edge counts, for whoever wants to see it. */
export class EdgeCounts {
  connectionsOpen = 0;
  /** Those above the limit, answered or not. */
  connectionsRefused = 0;
  readonly connectionsCut: Record<CutReason, number> = { headers: 0, answer: 0, rest_of_body: 0 };
  /** Those that have arrived, and whose answer has not begun. */
  requestsUnderWay = 0;
  /** Refused because too many others waited. */
  requestsOverloaded = 0;
  /** Refused because their token had sent too many. */
  requestsRateLimited = 0;
  /** Memory that bodies have taken that are arriving or wait to be parsed. */
  bodyBytesHeld = 0;
  /** Refused because others had taken all of that memory. */
  bodiesRefused = 0;
}
