/** The amount of work of a thread, or of several threads that share it. */
export interface QueueDepth {
  /** Running operations; 0 for a thread that takes its work in batches. */
  readonly running: number;
  /** Waiting operations; for a thread that takes batches, all that were sent to it and not answered. */
  readonly waiting: number;
}
