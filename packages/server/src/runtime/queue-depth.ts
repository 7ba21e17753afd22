/** How much work there is for a thread, or for a few that share it. */
export interface QueueDepth {
  /** What is being done; of a thread that takes its work in batches, 0. */
  readonly running: number;
  /** What waits; of such a thread, all that it has been handed and not answered. */
  readonly waiting: number;
}
