/** The reason for cutting a connection. */
export type CutReason = 'headers' | 'answer' | 'rest_of_body';

/** Counters of the edge, for metrics. */
export class EdgeCounts {
  connectionsOpen = 0;
  /** Connections above the limit, answered or not. */
  connectionsRefused = 0;
  readonly connectionsCut: Record<CutReason, number> = { headers: 0, answer: 0, rest_of_body: 0 };
  /** Requests that have arrived and whose answer has not started. */
  requestsInFlight = 0;
  /** Requests refused because too many others were waiting. */
  requestsOverloaded = 0;
  /** Requests refused because their token exceeded its rate limit. */
  requestsRateLimited = 0;
  /** Memory of bodies that are arriving or waiting to be parsed. */
  bodyBytesHeld = 0;
  /** Bodies refused because others used up that memory. */
  bodiesRefused = 0;
}
