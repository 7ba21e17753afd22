import type { QueueDepth } from '../runtime/queue-depth.ts';
import type { Distribution } from '../runtime/threads/shared-distribution.ts';

export type { Distribution, QueueDepth };

/** The current load of the engine, and what it has done since it was opened. */
export interface EngineStatistics {
  /** By the name of the queue. */
  readonly queues: Readonly<Record<string, QueueDepth>>;
  /** The number of writes that shared a commit. */
  readonly commitSizes: Distribution;
}
