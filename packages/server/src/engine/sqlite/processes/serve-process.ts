import { flushCompileCache } from 'node:module';
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

/** A message from a killable process. */
export type ProcessMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'progress'; readonly progress: unknown }
  | {
      readonly kind: 'answer';
      readonly reply: RpcReply;
      /** Whether it holds so much memory that it should be replaced. */
      readonly retires: boolean;
    };

const INPUT = 0;
const OUTPUT = 1;

/** The memory growth after which a process is replaced, in bytes: the allocator may not return memory. */
const RETIREMENT_BYTES = 67_108_864;

/** The handlers of the operations, synchronous or asynchronous. */
export type ProcessHandlers<O extends RpcMethods> = {
  readonly [K in keyof O]: (input: O[K]['input']) => O[K]['output'] | Promise<O[K]['output']>;
};

/**
 * The child's side of `KillableProcess`: handles one request after another until its input ends. `onAnswered` runs after each request,
 * before the answer is sent, so that everything the request opened is closed by then.
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
  // On a thread, because SQLite blocks the thread that it runs on.
  new Worker(moduleBeside(import.meta.url, 'process-watch'), { workerData: watched }).unref();
  send({ kind: 'ready' });
  // Now, because a killed process saves nothing.
  flushCompileCache();
  for (let request = receive(); request !== null; request = receive()) {
    const reply = await answer(handlers, request);
    onAnswered();
    send({ kind: 'answer', reply, retires: process.memoryUsage.rss() > startBytes + RETIREMENT_BYTES });
  }
  process.exit();
}

/** Sends the progress of the operation to the service. */
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
