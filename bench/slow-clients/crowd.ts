import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/**
 * `silent`: connects and sends nothing. `kept`: has one answer, and asks for no more. `headers`, `body`: sends a byte of them a
 * second, and never ends.
 */
export type ClientKind = 'silent' | 'kept' | 'headers' | 'body';

export interface CrowdOrder {
  readonly url: string;
  readonly token: string;
  /** The path of a POST. */
  readonly path: string;
  readonly clients: Readonly<Record<ClientKind, number>>;
}

export interface CrowdEnd {
  /** How many were answered before the end, and with what; `none` for a connection that was closed without a word. */
  readonly answers: Readonly<Record<string, number>>;
  /** From when the client began to dawdle to the end of its connection, in seconds, of the one that lasted longest. */
  readonly longestSeconds: number;
}

export type CrowdReport = Readonly<Record<ClientKind, CrowdEnd>>;

/** Connects the crowd, from a process of its own. @returns what waits until the server has sent the last of it away. */
export async function gatherCrowd(order: CrowdOrder): Promise<() => Promise<CrowdReport>> {
  const child = fork(fileURLToPath(new URL('./crowd-process.ts', import.meta.url)));
  child.send(order);
  const report = once(child, 'exit').then(() => Promise.reject(new Error('the crowd broke up')));
  report.catch(() => undefined);
  await Promise.race([once(child, 'message'), report]);
  const ended = once(child, 'message').then(([ends]) => ends as CrowdReport);
  return () => Promise.race([ended, report]);
}
