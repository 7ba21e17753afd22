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
  /** The kind of work, for error messages. */
  readonly work: 'query' | 'write' | 'export';
  /** The module that the process runs. */
  readonly script: URL;
  readonly privileges: ProcessPrivileges;
  /** Additional options of Node. */
  readonly nodeOptions?: readonly string[];
  /** After how many milliseconds a request gets the lowest CPU priority. */
  readonly yieldsAfterMs: number;
  /** Called when the process crashed. Its request has failed. */
  readonly onCrash: (error: Error) => void;
}

export interface ProcessPrivileges {
  /** Folders that it may read, besides its modules. */
  readonly read: readonly string[];
  /** Folders that it may write to. */
  readonly write: readonly string[];
  /** The memory limit in bytes, in addition to the memory in use at the start. */
  readonly maxGrowthBytes: number;
}

export interface RequestLimits {
  /** From when the process receives the request, in milliseconds. */
  readonly timeLimitMs: number;
  /** Ends the process. */
  readonly signal: AbortSignal;
  /** Called with the progress of operations that report it. */
  readonly onProgress?: ((progress: unknown) => void) | undefined;
}

/**
 * Nice values, from -20 to 19. A query yields to other work, which is bearable while it is short; a long query gets only idle CPU time.
 * On Linux the second value applies only to the thread that runs SQLite, so the watch beside it stays prompt. A priority cannot be
 * raised again, so a process that ran a long query is replaced.
 */
const PRIORITY = { short: 10, long: 19 };

/** The time limit for the start of a process. It takes a tenth of a second on an idle machine. */
const START_MAX_MS = 60_000;

/** The limit of V8's heap, so that uncollected garbage does not count as a query's memory. */
const HEAP_MAX_MB = 192;

/**
 * A process that runs one request at a time and can be killed during it. It cannot be used after that, or after a crash.
 */
export class KillableProcess<O extends RpcMethods> {
  readonly #options: KillableProcessOptions;
  /** Without pipes if it could not be started. */
  readonly #child: ChildProcess;
  readonly #ready = Promise.withResolvers<void>();
  #running: PromiseWithResolvers<unknown> | null = null;
  #onProgress: RequestLimits['onProgress'];
  /** The reason for the end of the process; null while it runs. */
  #endedBy: Error | null = null;
  /** Whether the process takes no further requests. */
  #isRetired = false;

  /** @throws RowhouseError `unavailable` if the system refuses another process. */
  constructor(options: KillableProcessOptions) {
    this.#options = options;
    this.#child = startChild(options);
    this.#setPriority(PRIORITY.short);
    // The first request reports the error. If there is none, the error is ignored.
    this.#ready.promise.catch(() => undefined);
    const frames = new FrameReader((message) => {
      const received = message as ProcessMessage;
      if (received.kind === 'ready') this.#ready.resolve();
      else if (received.kind === 'progress') this.#onProgress?.(received.progress);
      else this.#settle(received);
    });
    // 'exit' may not follow 'error'.
    this.#child.on('error', (error) => this.#end(notStarted(error)));
    this.#child.stdout?.on('data', (piece: Buffer) => this.#take(frames, piece));
    // 'exit' reports that the process ended.
    this.#child.stdin?.on('error', () => undefined);
    this.#child.on('exit', (code, signal) => {
      if (this.#endedBy === null) this.#crash(code, signal);
    });
  }

  /** Whether the process has ended or was killed. */
  get hasEnded(): boolean {
    return this.#endedBy !== null;
  }

  /** Whether it can run another request. */
  get usable(): boolean {
    return this.#endedBy === null && !this.#isRetired && this.#running === null;
  }

  /**
   * @throws RowhouseError `query_timeout`; `query_failed` if the process ends during the request; `unavailable` if it cannot be
   * started; the operation's error; the reason of the signal.
   */
  async request<K extends keyof O & string>(
    operation: K,
    input: O[K]['input'],
    { timeLimitMs, signal, onProgress }: RequestLimits,
  ): Promise<O[K]['output']> {
    signal.throwIfAborted();
    if (this.#endedBy !== null) throw this.#endedBy;
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

  /** `end` rejects if the process ends before it is ready. */
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

  /** Kills the process; its request fails with this reason. */
  stop(reason: unknown): void {
    this.#end(reason instanceof Error ? reason : new Error('stopped', { cause: reason }));
    this.#child.kill('SIGKILL');
  }

  #yield(): void {
    this.#setPriority(PRIORITY.long);
    this.#isRetired = true;
  }

  #setPriority(priority: number): void {
    try {
      if (this.#child.pid !== undefined) setPriority(this.#child.pid, priority);
    } catch {
      // It has already ended, and 'exit' reports why.
    }
  }

  #take(frames: FrameReader, piece: Buffer): void {
    try {
      frames.take(piece);
    } catch (error) {
      this.stop(error);
    }
  }

  #settle({ reply, retires }: { readonly reply: RpcReply; readonly retires: boolean }): void {
    this.#isRetired ||= retires;
    if (reply.ok) this.#running?.resolve(reply.output);
    else this.#running?.reject(errorFromMessage(reply.error));
  }

  #end(reason: Error): void {
    this.#endedBy ??= reason;
    this.#ready.reject(this.#endedBy);
    this.#running?.reject(this.#endedBy);
  }

  /** It ends itself or the system kills it, by SIGKILL if it takes too much memory; V8 aborts for the same reason. */
  #crash(code: number | null, signal: NodeJS.Signals | null): void {
    if (signal === 'SIGKILL' || signal === 'SIGABRT') {
      const { work, privileges } = this.#options;
      const limit = `${Math.round(privileges.maxGrowthBytes / 1_048_576)} MiB`;
      this.#end(new RowhouseError('query_failed', `The ${work} exceeded its memory limit (${limit}).`));
      return;
    }
    const cause = new Error(`a process ended by ${signal ?? `exit code ${code}`}`);
    this.#options.onCrash(cause);
    const message = `The ${this.#options.work} ended unexpectedly.`;
    this.#end(new RowhouseError('query_failed', message, { cause }));
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
