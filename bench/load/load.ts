import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import type { LoadOrder, LoadReport } from './load-order.ts';

/** Puts load on a server from another process. */
export async function putLoad(order: LoadOrder): Promise<LoadReport> {
  const child = fork(fileURLToPath(new URL('./load-process.ts', import.meta.url)));
  child.send(order);
  const [report] = (await once(child, 'message')) as [LoadReport];
  return report;
}
