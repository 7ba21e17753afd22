import { setTimeout as delay } from 'node:timers/promises';

import { explainStorageFault } from '../../runtime/disk/explain-storage-fault.ts';
import { moduleBeside } from '../../runtime/threads/module-beside.ts';
import { Thread } from '../../runtime/threads/thread.ts';
import type { ArchivedRun, KeyOfToken, LoggedCall } from './logged-call.ts';
import type { ReadMethods, ReadThreadStart } from './reading/read-methods.ts';
import { ReportedFaults } from './reported-faults.ts';
import type { WriteMethods, WriteThreadStart } from './writing/write-methods.ts';

/** How long a call waits for others, so that they are written together, in milliseconds. */
const GATHERING_MS = 50;
/** Calls of one message to the thread, which then answers no look-up for some 10 ms. */
const BATCH_MAX_CALLS = 1_000;
const SWEEP_INTERVAL_MS = 10_000;
const DAY_MS = 86_400_000;
/** Whoever reads waits no longer for what is still to be written. */
const SETTLING_LIMIT_MS = 1_000;

export interface RequestLogOptions {
  readonly path: string;
  /** Calls are kept for so many days… */
  readonly keptDays: number;
  /** …and no more of them than this. */
  readonly maxRows: number;
  /** So many calls wait to be written at most, of some 500 bytes each; what comes then is dropped. */
  readonly maxQueued: number;
  /** In milliseconds since 1970. */
  readonly now: () => number;
  /** How long a read waits for what is still to be written; a second, if not given. */
  readonly settlingLimitMs?: number | undefined;
  /** Told when something could not be written or removed, not more often than once a minute. */
  readonly onFault: (fault: Error, statistics: RequestLogStatistics) => void;
}

/** Since the start, in calls. */
export interface RequestLogStatistics {
  /** Waiting to be written at this moment. */
  readonly queued: number;
  readonly written: number;
  /** Not written, as the log could not keep up, or could not be written. */
  readonly dropped: number;
}

/**
 * What calls there were, in a database and on a thread of its own. It never holds a request up: where the log cannot keep up, calls
 * are dropped and counted.
 */
export class RequestLog {
  readonly #options: RequestLogOptions;
  readonly #writer: Thread<WriteMethods>;
  /** Beside the other, so that no question holds up what is written. */
  readonly #reader: Thread<ReadMethods>;
  readonly #faults: ReportedFaults;
  /** Of deleted projects, whose last calls may not be over yet. */
  readonly #forgotten = new Set<number>();
  readonly #sweeping: NodeJS.Timeout;
  #gathered: LoggedCall[] = [];
  #timer: NodeJS.Timeout | null = null;
  /** Those that the thread has and has not answered for. */
  #sent = 0;
  #written = 0;
  #dropped = 0;
  #closing = false;
  #lastAnswer: Promise<void> = Promise.resolve();

  constructor(options: RequestLogOptions) {
    this.#options = options;
    this.#faults = new ReportedFaults((fault) => options.onFault(fault, this.statistics()));
    const { path, maxRows } = options;
    const onCrash = (fault: Error) => this.#faults.report(fault);
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

  /** Takes a call to be written within a moment. It costs no more than to remember it. */
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

  /** Until what has been taken so far is written, or dropped. */
  async settled(): Promise<void> {
    this.#send();
    await this.#lastAnswer;
  }

  /** The run and the last of those that go on from it; none where it is not known. */
  chainOf(projectId: number | null, runId: string): Promise<readonly ArchivedRun[]> {
    return this.#faults.reporting(this.#writer.request('chainOf', { projectId, runId }));
  }

  /** The same for the run that the token was in last with this key. */
  latestOf(key: KeyOfToken): Promise<readonly ArchivedRun[]> {
    return this.#faults.reporting(this.#writer.request('latestOf', key));
  }

  /** Asks for something that is written down, after all that was taken so far, where that does not take long. */
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
      throw explainStorageFault(error);
    }
  }

  /** Removes all that is kept of a project that was deleted just now. What is still to come of it has no project. */
  async forgetProject(projectId: number): Promise<void> {
    this.#forgotten.add(projectId);
    this.#send();
    await this.#remove(projectId);
  }

  /** Removes all that is kept of projects other than these: what a stop cut short while it was removed. */
  async keepProjects(kept: ReadonlySet<number>): Promise<void> {
    const logged = await this.#faults.reporting(this.#writer.request('projects', undefined));
    for (const projectId of logged) {
      if (!kept.has(projectId)) await this.#remove(projectId);
    }
  }

  /** Removes what is too old. It is also done now and then. */
  async sweep(): Promise<void> {
    const before = (this.#options.now() - this.#options.keptDays * DAY_MS) * 1_000;
    try {
      const some = () => this.#faults.reporting(this.#writer.request('sweep', { before }));
      while (!this.#closing && (await some()));
    } catch {
      // It is reported, and tried again the next time.
    }
  }

  /** Writes what was taken, and closes the database. */
  async close(): Promise<void> {
    this.#closing = true;
    clearInterval(this.#sweeping);
    await this.settled();
    await Promise.all([this.#writer.close(), this.#reader.close()]);
  }

  /** Several messages, so that look-ups have their turn between them. */
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
      await this.#faults.reporting(this.#writer.request('append', calls));
      this.#written += calls.length;
    } catch {
      this.#dropped += calls.length;
    } finally {
      this.#sent -= calls.length;
    }
  }

  /** What has come meanwhile is written between two steps. */
  async #remove(projectId: number): Promise<void> {
    const some = () => this.#faults.reporting(this.#writer.request('forgetProject', projectId));
    // What a stop leaves, the next start removes.
    while (!this.#closing && (await some()));
  }
}

function withoutProject(call: LoggedCall): LoggedCall {
  return { ...call, projectId: null, operationKey: null, run: null };
}
