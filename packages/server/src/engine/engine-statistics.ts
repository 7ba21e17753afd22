import type { QueueDepth } from '../runtime/queue-depth.ts';
import type { Distribution } from '../runtime/threads/shared-distribution.ts';

export type { Distribution, QueueDepth };

/** How busy the engine is at this moment, and what it has done since it was opened. */
export interface EngineStatistics {
  /** By the name of what the work waits for. */
  readonly queues: Readonly<Record<string, QueueDepth>>;
  /** How many writes shared a commit. */
  readonly commitSizes: Distribution;
}
