import { type ChildProcess, spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';

import { RowhouseError } from '../../../core/errors.ts';
import {
  errorFromMessage,
  type RpcReply,
  type RpcRequest,
  type RpcMethods,
} from '../../../runtime/threads/protocol.ts';
import { childEnvironment } from './child-environment.ts';
import { FrameReader, writeFrame } from './frames.ts';
import { leastPrivilege } from './least-privilege.ts';
import type { ProcessMessage } from './serve-process.ts';

export interface KillableProcessOptions {
  /** What the process runs, as error messages name it. */
  readonly work: 'query' | 'write' | 'export';
  /** The module that the process runs. */
  readonly script: URL;
  readonly privileges: ProcessPrivileges;
  /** Options of Node's own, beside those that every such process has. */
  readonly nodeOptions?: readonly string[];
  /** After how long a request gets only what nobody else wants of the machine, in milliseconds. */
  readonly yieldsAfterMs: number;
  /** Told when the process ended by a fault of its own; what it was doing has failed. */
  readonly onCrash: (error: Error) => void;
}

export interface ProcessPrivileges {
  /** The folders that it may read, besides its modules. */
  readonly read: readonly string[];
  /** The folders that it may write to. */
  readonly write: readonly string[];
  /** The most memory that it may take besides what it began with, in bytes. */
  readonly maxGrowthBytes: number;
}

export interface RequestLimits {
  /** From when the process has the request, in milliseconds. */
  readonly timeLimitMs: number;
  /** Ends the process with what it does. */
  readonly signal: AbortSignal;
  /** Told how far it is, by operations that say so. */
  readonly onProgress?: ((progress: unknown) => void) | undefined;
}

/**
 * In the order of `nice`, from -20 to 19: a query waits for what else there is to do, but for a short one that wait is
 * bearable; one that turns out to be long gets what nobody else wants. On Linux the second step is of the one thread that SQLite
 * runs on, and the watch beside it stays prompt. There is no way back up, so a process that ran a long query is replaced.
 */
const PRIORITY = { short: 10, long: 19 };

/** One that has not begun by then is given up. It takes a tenth of a second on a machine with time to spare. */
const START_MAX_MS = 60_000;

/** Of V8's own heap, so that its garbage does not count as a query's. */
const HEAP_MAX_MB = 192;

/**
 * A process that does one thing at a time, and can be stopped in the middle of it. After that, and after a fault of its own,
 * there is no more use in it.
 */
export class KillableProcess<O extends RpcMethods> {
  readonly #options: KillableProcessOptions;
  /** Without its pipes where it could not be started. */
  readonly #child: ChildProcess;
  readonly #ready = Promise.withResolvers<void>();
  #running: PromiseWithResolvers<unknown> | null = null;
  #onProgress: RequestLimits['onProgress'];
  #gone: Error | null = null;
  #worn = false;

  /** @throws RowhouseError `unavailable` where the system says at once that it has no room for a process. */
  constructor(options: KillableProcessOptions) {
    this.#options = options;
    this.#child = startChild(options);
    this.#setPriority(PRIORITY.short);
    // Whoever asks first is told; a process that nobody needed may end in silence.
    this.#ready.promise.catch(() => undefined);
    const frames = new FrameReader((message) => {
      const received = message as ProcessMessage;
      if (received.kind === 'ready') this.#ready.resolve();
      else if (received.kind === 'progress') this.#onProgress?.(received.progress);
      else this.#settle(received);
    });
    // There may be no 'exit' after this one.
    this.#child.on('error', (error) => this.#end(notStarted(error)));
    this.#child.stdout?.on('data', (piece: Buffer) => this.#take(frames, piece));
    // A process that has ended says so itself.
    this.#child.stdin?.on('error', () => undefined);
    this.#child.on('exit', (code, signal) => {
      if (this.#gone === null) this.#crash(code, signal);
    });
  }

  /** Whether it has ended, or was ended. */
  get gone(): boolean {
    return this.#gone !== null;
  }

  /** Whether it can take another request. */
  get usable(): boolean {
    return this.#gone === null && !this.#worn && this.#running === null;
  }

  /**
   * @throws RowhouseError `query_timeout`, `query_failed` where the process does not live through it, `unavailable` where it
   * cannot be started; what the operation throws; the reason of the signal.
   */
  async request<K extends keyof O & string>(
    operation: K,
    input: O[K]['input'],
    { timeLimitMs, signal, onProgress }: RequestLimits,
  ): Promise<O[K]['output']> {
    signal.throwIfAborted();
    if (this.#gone !== null) throw this.#gone;
    const running = Promise.withResolvers<unknown>();
    this.#running = running;
    this.#onProgress = onProgress;
    const abort = () => this.stop(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    try {
      await this.#started(running.promise);
      return await this.#answered(running.promise, { operation, input }, timeLimitMs);
    } finally {
      signal.removeEventListener('abort', abort);
      this.#running = null;
    }
  }

  /** `end` rejects where the process ends before it has begun. */
  async #started(end: Promise<unknown>): Promise<void> {
    const timer = setTimeout(() => this.stop(notStarted()), START_MAX_MS);
    try {
      await Promise.race([this.#ready.promise, end]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #answered(
    answer: Promise<unknown>,
    request: Pick<RpcRequest, 'operation' | 'input'>,
    timeLimitMs: number,
  ): Promise<unknown> {
    const lowering = setTimeout(() => this.#yield(), this.#options.yieldsAfterMs);
    const timer = setTimeout(() => this.stop(timedOut(this.#options.work, timeLimitMs)), timeLimitMs);
    this.#child.stdin?.write(writeFrame({ id: 0, ...request }));
    try {
      return await answer;
    } finally {
      clearTimeout(lowering);
      clearTimeout(timer);
    }
  }

  /** Ends the process; what it was doing fails with this reason. */
  stop(reason: unknown): void {
    this.#end(reason instanceof Error ? reason : new Error('stopped', { cause: reason }));
    this.#child.kill('SIGKILL');
  }

  #yield(): void {
    this.#setPriority(PRIORITY.long);
    this.#worn = true;
  }

  #setPriority(priority: number): void {
    try {
      if (this.#child.pid !== undefined) setPriority(this.#child.pid, priority);
    } catch {
      // It has ended already, and its end says why.
    }
  }

  #take(frames: FrameReader, piece: Buffer): void {
    try {
      frames.take(piece);
    } catch (error) {
      this.stop(error);
    }
  }

  #settle({ reply, worn }: { readonly reply: RpcReply; readonly worn: boolean }): void {
    this.#worn ||= worn;
    if (reply.ok) this.#running?.resolve(reply.output);
    else this.#running?.reject(errorFromMessage(reply.error));
  }

  #end(reason: Error): void {
    this.#gone ??= reason;
    this.#ready.reject(this.#gone);
    this.#running?.reject(this.#gone);
  }

  /** It ends itself, or the system ends it, by SIGKILL where it takes too much memory; V8 aborts for the same reason. */
  #crash(code: number | null, signal: NodeJS.Signals | null): void {
    if (signal === 'SIGKILL' || signal === 'SIGABRT') {
      const { work, privileges } = this.#options;
      const limit = `${Math.round(privileges.maxGrowthBytes / 1_048_576)} MiB`;
      this.#end(new RowhouseError('query_failed', `The ${work} exceeded its memory limit (${limit}).`));
      return;
    }
    const fault = new Error(`a process ended by ${signal ?? `exit code ${code}`}`);
    this.#options.onCrash(fault);
    const message = `The ${this.#options.work} ended unexpectedly.`;
    this.#end(new RowhouseError('query_failed', message, { cause: fault }));
  }
}

function startChild({ script, privileges, nodeOptions = [] }: KillableProcessOptions): ChildProcess {
  const args = [
    ...leastPrivilege(privileges),
    `--max-old-space-size=${HEAP_MAX_MB}`,
    ...nodeOptions,
    fileURLToPath(script),
    String(process.pid),
    String(privileges.maxGrowthBytes),
  ];
  try {
    return spawn(process.execPath, args, { env: childEnvironment(), stdio: ['pipe', 'pipe', 'ignore'] });
  } catch (error) {
    throw notStarted(error);
  }
}

function notStarted(cause?: unknown): RowhouseError {
  return new RowhouseError('unavailable', 'No process could be started.', { cause });
}

function timedOut(work: KillableProcessOptions['work'], timeLimitMs: number): RowhouseError {
  return new RowhouseError('query_timeout', `The ${work} timed out after ${timeLimitMs} ms.`);
}
