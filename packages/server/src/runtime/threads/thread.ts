import { Worker } from 'node:worker_threads';

import { RowhouseError } from '../../core/errors.ts';
import type { QueueDepth } from '../queue-depth.ts';
import { errorFromMessage, type RpcReply, type RpcRequest, type RpcMethods } from './protocol.ts';

export interface ThreadOptions {
  /** Names the thread in debuggers and process listings. */
  readonly name: string;
  /** The module that the thread runs; it calls `serveRpc`. */
  readonly script: URL;
  /** Plain data that the thread gets at its start. */
  readonly startData: unknown;
  /** Called when the thread crashes. The next request starts a new thread. */
  readonly onCrash: (error: Error) => void;
}

/** Sends a message at this size, so the thread can start while this thread still reads requests. */
const MESSAGE_MAX_REQUESTS = 16;

interface PendingRequest {
  readonly resolve: (output: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * A worker thread that runs operations and returns promises. Requests of one turn of the event loop share a message, and so
 * do their replies, because a message costs more than most operations. If the thread crashes, its operations fail with
 * `unavailable`, and the next request starts a new thread.
 */
export class Thread<O extends RpcMethods> {
  readonly #options: ThreadOptions;
  readonly #pending = new Map<number, PendingRequest>();
  #outbox: RpcRequest[] = [];
  #worker: Worker | null = null;
  #nextId = 1;
  #closing: Promise<void> | null = null;

  constructor(options: ThreadOptions) {
    this.#options = options;
  }

  /** Whether the thread has started. The first request starts it. */
  get started(): boolean {
    return this.#worker !== null || this.#outbox.length > 0;
  }

  get depth(): QueueDepth {
    return { running: 0, waiting: this.#pending.size };
  }

  request<K extends keyof O & string>(operation: K, input: O[K]['input']): Promise<O[K]['output']> {
    if (this.#closing !== null) return Promise.reject(threadUnavailable());
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      this.#pending.set(id, { resolve, reject });
      if (this.#outbox.length === 0) setImmediate(() => this.#flush());
      this.#outbox.push({ id, operation, input });
      if (this.#outbox.length >= MESSAGE_MAX_REQUESTS) this.#flush();
    });
  }

  /** Stops the thread after all its requests are answered and its `onClose` has run. */
  close(): Promise<void> {
    this.#closing ??= this.#stop();
    return this.#closing;
  }

  async #stop(): Promise<void> {
    this.#flush();
    const worker = this.#worker;
    if (worker === null) return;
    await new Promise<void>((resolve) => {
      worker.once('exit', () => resolve());
      worker.postMessage('close');
    });
  }

  #flush(): void {
    const batch = this.#outbox;
    if (batch.length === 0) return;
    this.#outbox = [];
    this.#worker ??= this.#start();
    try {
      this.#worker.postMessage(batch);
    } catch (error) {
      // The request contains something that cannot be cloned, and none of it was sent.
      for (const { id } of batch) this.#reject(id, error);
    }
  }

  #reject(id: number, reason: unknown): void {
    this.#pending.get(id)?.reject(reason);
    this.#pending.delete(id);
  }

  #start(): Worker {
    const { name, script, startData } = this.#options;
    const worker = new Worker(script, { name, workerData: startData });
    worker.on('message', (replies: readonly RpcReply[]) => this.#settle(replies));
    let cause = new Error(`thread ${name} exited`);
    worker.on('error', (error) => {
      cause = error instanceof Error ? error : new Error(String(error));
    });
    worker.on('exit', () => {
      if (this.#worker === worker) this.#worker = null;
      this.#failPending(cause);
    });
    return worker;
  }

  #settle(replies: readonly RpcReply[]): void {
    for (const reply of replies) {
      const request = this.#pending.get(reply.id);
      this.#pending.delete(reply.id);
      if (reply.ok) request?.resolve(reply.output);
      else request?.reject(errorFromMessage(reply.error));
    }
  }

  #failPending(cause: Error): void {
    if (this.#closing === null) this.#options.onCrash(cause);
    const waiting = new Set(this.#outbox.map(({ id }) => id));
    for (const id of this.#pending.keys()) {
      if (!waiting.has(id)) this.#reject(id, threadUnavailable(cause));
    }
  }
}

function threadUnavailable(cause?: Error): RowhouseError {
  return new RowhouseError('unavailable', 'The service cannot do this right now.', { cause });
}
