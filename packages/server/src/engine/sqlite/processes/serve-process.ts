import { Worker } from 'node:worker_threads';

import { moduleBeside } from '../../../runtime/threads/module-beside.ts';
import {
  errorToMessage,
  type RpcReply,
  type RpcRequest,
  type RpcMethods,
} from '../../../runtime/threads/protocol.ts';
import { callMethod } from '../../../runtime/threads/serve-rpc.ts';
import { readFrameSync, writeFrameSync } from './frames.ts';
import type { WatchedProcess } from './process-watch.ts';

/** What a killable process sends: that it can begin, and its answers. */
export type ProcessMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'progress'; readonly progress: unknown }
  | {
      readonly kind: 'answer';
      readonly reply: RpcReply;
      /** That it holds so much memory that another should take its place. */
      readonly worn: boolean;
    };

const INPUT = 0;
const OUTPUT = 1;

/** What a request may leave behind: its memory may be kept by the allocator. */
const WORN_BYTES = 67_108_864;

/** What answers an operation: at once, or after it has waited for files. */
export type ProcessHandlers<O extends RpcMethods> = {
  readonly [K in keyof O]: (input: O[K]['input']) => O[K]['output'] | Promise<O[K]['output']>;
};

/**
 * The process's side of `KillableProcess`: answers one request after another, until there are no more. `onAnswered` runs after
 * each, before the answer is sent: what the request had open is closed by then.
 */
export async function serveProcess<O extends RpcMethods>(
  handlers: ProcessHandlers<O>,
  onAnswered: () => void,
): Promise<never> {
  const startBytes = process.memoryUsage.rss();
  const [parentId, maxGrowthBytes] = process.argv.slice(2).map(Number);
  if (parentId === undefined || maxGrowthBytes === undefined)
    throw new Error('a process must be started with its limits');
  const watched: WatchedProcess = { startBytes, parentId, maxGrowthBytes };
  // On a thread, as nothing else runs beside SQLite on its own.
  new Worker(moduleBeside(import.meta.url, 'process-watch'), { workerData: watched }).unref();
  send({ kind: 'ready' });
  for (let request = receive(); request !== null; request = receive()) {
    const reply = await answer(handlers, request);
    onAnswered();
    send({ kind: 'answer', reply, worn: process.memoryUsage.rss() > startBytes + WORN_BYTES });
  }
  process.exit();
}

/** Tells whoever asked how far the operation is. */
export function sendProgress(progress: unknown): void {
  send({ kind: 'progress', progress });
}

async function answer<O extends RpcMethods>(
  handlers: ProcessHandlers<O>,
  request: RpcRequest,
): Promise<RpcReply> {
  const { id } = request;
  try {
    const output: unknown = callMethod<O>(handlers, request);
    return { id, ok: true, output: await output };
  } catch (error) {
    return { id, ok: false, error: errorToMessage(error) };
  }
}

function receive(): RpcRequest | null {
  return readFrameSync(INPUT) as RpcRequest | null;
}

function send(message: ProcessMessage): void {
  writeFrameSync(OUTPUT, message);
}
