import { setTimeout as delay } from 'node:timers/promises';

import { explainStorageError } from '../../runtime/disk/explain-storage-error.ts';
import { moduleBeside } from '../../runtime/threads/module-beside.ts';
import { Thread } from '../../runtime/threads/thread.ts';
import type { ArchivedRun, KeyOfToken, LoggedCall } from './logged-call.ts';
import type { ReadMethods, ReadThreadStart } from './reading/read-methods.ts';
import { ThrottledErrors } from './throttled-errors.ts';
import type { WriteMethods, WriteThreadStart } from './writing/write-methods.ts';

/** How long a call waits for others to be written with it, in milliseconds. */
const GATHERING_MS = 50;
/** The number of calls in one message to the thread, which then answers no look-up for about 10 ms. */
const BATCH_MAX_CALLS = 1_000;
const SWEEP_INTERVAL_MS = 10_000;
const DAY_MS = 86_400_000;
/** How long a read waits at most for calls that are still to be written. */
const SETTLING_LIMIT_MS = 1_000;

export interface RequestLogOptions {
  readonly path: string;
  /** For how many days calls are kept. */
  readonly keptDays: number;
  /** The maximum number of calls that are kept. */
  readonly maxRows: number;
  /** The maximum number of calls waiting to be written, of about 500 bytes each. Further calls are dropped. */
  readonly maxQueued: number;
  /** In milliseconds since 1970. */
  readonly now: () => number;
  /** How long a read waits for pending writes, in milliseconds. Default: 1,000. */
  readonly settlingLimitMs?: number | undefined;
  /** Called when calls could not be written or removed, at most once a minute. */
  readonly onError: (error: Error, statistics: RequestLogStatistics) => void;
}

/** Numbers of calls since the start. */
export interface RequestLogStatistics {
  /** Calls currently waiting to be written. */
  readonly queued: number;
  readonly written: number;
  /** Calls not written because the log could not keep up or could not be written. */
  readonly dropped: number;
}

/**
 * The request log, with its own database and threads. It never delays a request: if it cannot keep up, calls are dropped and
 * counted.
 */
export class RequestLog {
  readonly #options: RequestLogOptions;
  readonly #writer: Thread<WriteMethods>;
  /** A second thread, so reads do not delay writes. */
  readonly #reader: Thread<ReadMethods>;
  readonly #errors: ThrottledErrors;
  /** Deleted projects, whose last calls may still be running. */
  readonly #forgotten = new Set<number>();
  readonly #sweeping: NodeJS.Timeout;
  #gathered: LoggedCall[] = [];
  #timer: NodeJS.Timeout | null = null;
  /** The number of calls sent to the thread and not answered yet. */
  #sent = 0;
  #written = 0;
  #dropped = 0;
  #closing = false;
  #lastAnswer: Promise<void> = Promise.resolve();

  constructor(options: RequestLogOptions) {
    this.#options = options;
    this.#errors = new ThrottledErrors((error) => options.onError(error, this.statistics()));
    const { path, maxRows } = options;
    const onCrash = (error: Error) => this.#errors.report(error);
    this.#writer = new Thread<WriteMethods>({
      name: 'request-log',
      script: moduleBeside(import.meta.url, 'writing/write-thread'),
      startData: { path, maxRows } satisfies WriteThreadStart,
      onCrash,
    });
    this.#reader = new Thread<ReadMethods>({
      name: 'request-log-reader',
      script: moduleBeside(import.meta.url, 'reading/read-thread'),
      startData: { path } satisfies ReadThreadStart,
      onCrash,
    });
    this.#sweeping = setInterval(() => void this.sweep(), SWEEP_INTERVAL_MS);
    this.#sweeping.unref();
  }

  /** Queues a call, which is written soon after. This only costs memory. */
  append(call: LoggedCall): void {
    if (this.#gathered.length + this.#sent >= this.#options.maxQueued) {
      this.#dropped += 1;
      return;
    }
    const { projectId } = call;
    const isOfDeleted = projectId !== null && this.#forgotten.has(projectId);
    this.#gathered.push(isOfDeleted ? withoutProject(call) : call);
    this.#timer ??= setTimeout(() => this.#send(), GATHERING_MS);
  }

  statistics(): RequestLogStatistics {
    return { queued: this.#gathered.length + this.#sent, written: this.#written, dropped: this.#dropped };
  }

  /** Resolves when all queued calls are written or dropped. */
  async settled(): Promise<void> {
    this.#send();
    await this.#lastAnswer;
  }

  /** Returns the run and the last run that continues it; empty if the run is unknown. */
  chainOf(projectId: number | null, runId: string): Promise<readonly ArchivedRun[]> {
    return this.#errors.reporting(this.#writer.request('chainOf', { projectId, runId }));
  }

  /** Returns the same for the token's last run with this key. */
  latestOf(key: KeyOfToken): Promise<readonly ArchivedRun[]> {
    return this.#errors.reporting(this.#writer.request('latestOf', key));
  }

  /** Reads from the log after all queued calls are written, unless that takes too long. */
  async read<K extends keyof ReadMethods>(
    operation: K,
    input: ReadMethods[K]['input'],
  ): Promise<ReadMethods[K]['output']> {
    const waiting = new AbortController();
    const { settlingLimitMs = SETTLING_LIMIT_MS } = this.#options;
    const limit = delay(settlingLimitMs, undefined, { signal: waiting.signal }).catch(() => undefined);
    await Promise.race([this.settled(), limit]);
    waiting.abort();
    try {
      return await this.#reader.request(operation, input);
    } catch (error) {
      throw explainStorageError(error);
    }
  }

  /** Removes everything of a project that was just deleted. Its later calls are logged without a project. */
  async forgetProject(projectId: number): Promise<void> {
    this.#forgotten.add(projectId);
    this.#send();
    await this.#remove(projectId);
  }

  /** Removes everything of projects other than these, in case a stop interrupted their removal. */
  async removeProjectsExcept(kept: ReadonlySet<number>): Promise<void> {
    const logged = await this.#errors.reporting(this.#writer.request('projects', undefined));
    for (const projectId of logged) {
      if (!kept.has(projectId)) await this.#remove(projectId);
    }
  }

  /** Removes calls and runs that are too old. This also runs periodically. */
  async sweep(): Promise<void> {
    const before = (this.#options.now() - this.#options.keptDays * DAY_MS) * 1_000;
    try {
      const some = () => this.#errors.reporting(this.#writer.request('sweep', { before }));
      while (!this.#closing && (await some()));
    } catch {
      // The error is reported, and the next sweep tries again.
    }
  }

  /** Writes the queued calls, and closes the database. */
  async close(): Promise<void> {
    this.#closing = true;
    clearInterval(this.#sweeping);
    await this.settled();
    await Promise.all([this.#writer.close(), this.#reader.close()]);
  }

  /** Sends several messages, so look-ups run between them. */
  #send(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const calls = this.#gathered;
    this.#gathered = [];
    for (let start = 0; start < calls.length; start += BATCH_MAX_CALLS) {
      this.#lastAnswer = this.#write(calls.slice(start, start + BATCH_MAX_CALLS));
    }
  }

  async #write(calls: readonly LoggedCall[]): Promise<void> {
    this.#sent += calls.length;
    try {
      await this.#errors.reporting(this.#writer.request('append', calls));
      this.#written += calls.length;
    } catch {
      this.#dropped += calls.length;
    } finally {
      this.#sent -= calls.length;
    }
  }

  /** Queued calls are written between two steps. */
  async #remove(projectId: number): Promise<void> {
    const some = () => this.#errors.reporting(this.#writer.request('forgetProject', projectId));
    // The next start removes what a stop leaves.
    while (!this.#closing && (await some()));
  }
}

function withoutProject(call: LoggedCall): LoggedCall {
  return { ...call, projectId: null, operationKey: null, run: null };
}
