import { workerData } from 'node:worker_threads';

export interface WatchedProcess {
  /** The memory that it began with. */
  readonly startBytes: number;
  /** Of the process that started it. It may end before this thread begins, and then another has its place. */
  readonly parentId: number;
  /**
   * The most memory that it may take besides. A few lines of SQL can make SQLite take all there is, and SQLite's own heap
   * limits do nothing in Node, which turns off the counting that they need (SQLITE_DEFAULT_MEMSTATUS=0).
   * https://www.sqlite.org/pragma.html#pragma_hard_heap_limit
   */
  readonly maxGrowthBytes: number;
}

const WATCH_INTERVAL_MS = 20;

const { startBytes, parentId, maxGrowthBytes } = workerData as WatchedProcess;
const limitBytes = startBytes + maxGrowthBytes;

// SQLite cannot be stopped from outside itself, so the whole process ends at once: also where nobody is left to stop it.
setInterval(() => {
  if (process.memoryUsage.rss() > limitBytes || process.ppid !== parentId) {
    process.kill(process.pid, 'SIGKILL');
  }
}, WATCH_INTERVAL_MS);
