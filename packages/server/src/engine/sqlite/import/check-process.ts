import { writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';

import { moduleBeside } from '../../../runtime/threads/module-beside.ts';
import type { CheckResult } from './check-database-file.ts';

/**
 * The memory limit of a check. A few lines of SQL can take all memory: each view, or part of a WITH, that uses the one before twice
 * doubles its expansion.
 */
const MAX_MEMORY_BYTES = 1_073_741_824;
const WATCH_INTERVAL_MS = 20;

const path = process.argv[2];
if (path === undefined) throw new Error('the path of a database file is required');

// The check runs on a thread, because SQLite blocks the thread that it runs on.
const thread = new Worker(moduleBeside(import.meta.url, 'check-thread'), { workerData: path });
const watch = setInterval(killIfOverMemoryLimit, WATCH_INTERVAL_MS);
thread.once('message', (result: CheckResult) => {
  clearInterval(watch);
  answer(result);
});

/** A thread cannot be stopped inside SQLite, so the whole process ends. Its answer has been written by then. */
function killIfOverMemoryLimit(): void {
  if (process.memoryUsage.rss() <= MAX_MEMORY_BYTES) return;
  answer({
    kind: 'unsound',
    message: 'The schema cannot be used: SQLite needs more than 1 GiB of memory for it.',
  });
  process.kill(process.pid, 'SIGKILL');
}

function answer(result: CheckResult): void {
  writeSync(1, JSON.stringify(result));
}
