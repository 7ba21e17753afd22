import { workerData } from 'node:worker_threads';

export interface WatchedProcess {
  /** The memory in use at the start, in bytes. */
  readonly startBytes: number;
  /** The id of the parent process. If the parent ends before this thread starts, the process has another parent. */
  readonly parentId: number;
  /**
   * The memory limit in bytes, in addition to `startBytes`. A few lines of SQL can take all memory, and SQLite's own heap limits do not
   * work in Node, which turns off memory statistics (SQLITE_DEFAULT_MEMSTATUS=0).
   * https://www.sqlite.org/pragma.html#pragma_hard_heap_limit
   */
  readonly maxGrowthBytes: number;
}

const WATCH_INTERVAL_MS = 20;

const { startBytes, parentId, maxGrowthBytes } = workerData as WatchedProcess;
const limitBytes = startBytes + maxGrowthBytes;

// SQLite cannot be stopped from another thread, so the whole process ends, also if its parent has ended.
setInterval(() => {
  if (process.memoryUsage.rss() > limitBytes || process.ppid !== parentId) {
    process.kill(process.pid, 'SIGKILL');
  }
}, WATCH_INTERVAL_MS);
