import { SharedDistribution } from '../../../runtime/threads/shared-distribution.ts';

const BOUNDS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024];

/** The distribution of writes per commit. @param memory shared with the other thread. */
export function commitSizes(memory?: SharedArrayBuffer): SharedDistribution {
  return new SharedDistribution(BOUNDS, memory);
}
