import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import type { ClientKind, CrowdOrder, CrowdEnd } from './crowd-order.ts';

export type CrowdReport = Readonly<Record<ClientKind, CrowdEnd>>;

/** Connects the crowd from another process. @returns a function that waits until the server has closed all its connections. */
export async function gatherCrowd(order: CrowdOrder): Promise<() => Promise<CrowdReport>> {
  const child = fork(fileURLToPath(new URL('./crowd-process.ts', import.meta.url)));
  child.send(order);
  const report = once(child, 'exit').then(() => Promise.reject(new Error('the crowd broke up')));
  report.catch(() => undefined);
  await Promise.race([once(child, 'message'), report]);
  const ended = once(child, 'message').then(([ends]) => ends as CrowdReport);
  return () => Promise.race([ended, report]);
}
