import { Worker } from 'node:worker_threads';

import { moduleBeside } from '../../../threads/module-beside.ts';
import type { OperationReply, OperationRequest, Operations } from '../../../threads/protocol.ts';
import { type Handlers, runOperation } from '../../../threads/serve-operations.ts';
import { readFrameSync, writeFrameSync } from './frames.ts';
import type { WatchedProcess } from './process-watch.ts';

/** What a killable process sends: that it can begin, and its answers. */
export type ProcessMessage =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'answer';
      readonly reply: OperationReply;
      /** That it holds so much memory that another should take its place. */
      readonly worn: boolean;
    };

const INPUT = 0;
const OUTPUT = 1;

/** What a request may leave behind: its memory may be kept by the allocator. */
const WORN_BYTES = 67_108_864;

/**
 * The process's side of `KillableProcess`: answers one request after another, until there are no more. `onAnswered` runs after
 * each, before the answer is sent: what the request had open is closed by then.
 */
export function serveProcess<O extends Operations>(handlers: Handlers<O>, onAnswered: () => void): never {
  const startBytes = process.memoryUsage.rss();
  const watched: WatchedProcess = { startBytes, parentId: Number(process.argv[2]) };
  // On a thread, as nothing else runs beside SQLite on its own.
  new Worker(moduleBeside(import.meta.url, 'process-watch'), { workerData: watched }).unref();
  send({ kind: 'ready' });
  for (let request = receive(); request !== null; request = receive()) {
    const reply = runOperation(handlers, request);
    onAnswered();
    send({ kind: 'answer', reply, worn: process.memoryUsage.rss() > startBytes + WORN_BYTES });
  }
  process.exit();
}

function receive(): OperationRequest | null {
  return readFrameSync(INPUT) as OperationRequest | null;
}

function send(message: ProcessMessage): void {
  writeFrameSync(OUTPUT, message);
}
