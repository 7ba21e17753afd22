import { Worker } from 'node:worker_threads';

import { RowhouseError } from '../../core/errors.ts';
import type { QueueDepth } from '../queue-depth.ts';
import { errorFromMessage, type RpcReply, type RpcRequest, type RpcMethods } from './protocol.ts';

export interface ThreadOptions {
  /** Names the thread in debuggers and process listings. */
  readonly name: string;
  /** The module that the thread runs; it calls `serveRpc`. */
  readonly script: URL;
  /** Plain data for the thread's start. */
  readonly startData: unknown;
  /** Told when the thread died unasked; the next request starts a new one. */
  readonly onCrash: (error: Error) => void;
}

/** With so many on their way the thread can begin, while this one still takes in what its clients sent. */
const MESSAGE_MAX_REQUESTS = 16;

interface PendingRequest {
  readonly resolve: (output: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * A worker thread that takes operations and gives promises. Requests of one turn of the event loop travel
 * together, and so do their replies: a message costs more than most operations. A thread that dies fails what it was
 * doing with `unavailable` and is started anew by the next request.
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

  /** Whether there is a thread at all: it starts with the first request. */
  get started(): boolean {
    return this.#worker !== null || this.#outbox.length > 0;
  }

  get depth(): QueueDepth {
    return { running: 0, waiting: this.#pending.size };
  }

  request<K extends keyof O & string>(operation: K, input: O[K]['input']): Promise<O[K]['output']> {
    if (this.#closing !== null) return Promise.reject(threadGone());
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      this.#pending.set(id, { resolve, reject });
      if (this.#outbox.length === 0) setImmediate(() => this.#flush());
      this.#outbox.push({ id, operation, input });
      if (this.#outbox.length >= MESSAGE_MAX_REQUESTS) this.#flush();
    });
  }

  /** Stops the thread after everything it was asked is answered and its own `onClose` has run. */
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
      // Something in it is no plain data, and nothing of it was sent.
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
    let fault = new Error(`thread ${name} exited`);
    worker.on('error', (error) => {
      fault = error instanceof Error ? error : new Error(String(error));
    });
    worker.on('exit', () => {
      if (this.#worker === worker) this.#worker = null;
      this.#failPending(fault);
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

  #failPending(fault: Error): void {
    if (this.#closing === null) this.#options.onCrash(fault);
    const waiting = new Set(this.#outbox.map(({ id }) => id));
    for (const id of this.#pending.keys()) {
      if (!waiting.has(id)) this.#reject(id, threadGone(fault));
    }
  }
}

function threadGone(cause?: Error): RowhouseError {
  return new RowhouseError('unavailable', 'The database cannot be reached right now.', { cause });
}
