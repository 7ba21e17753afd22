import { timestampedId } from '../core/ids.ts';
import type { CallToGroup, OperationGrouper, OperationGrouping } from '../http/access/operation-grouping.ts';
import { LruMap } from '../runtime/lru-map.ts';
import type { ArchivedRun, LoggedRun } from './request-log/logged-call.ts';
import type { RunArchive } from './run-archive.ts';

/** The state of an operation run that is needed to group calls. */
interface Run {
  readonly id: string;
  operationKey: string | null;
  readonly continues: string | null;
  /** The last known run that continues this run. Such a run has no further activity. */
  continuedBy: string | null;
  /** The last start or end of a call, in milliseconds since 1970. */
  lastActivityMs: number;
  callsInFlight: number;
  /**
   * The run's facts for the log. The object is reused while they are unchanged, because a message contains a shared object
   * only once.
   */
  logged: LoggedRun | null;
  /** The token and key of which this was last the latest run. The text is reused while unchanged, so it is hashed only once. */
  latest: { readonly tokenId: number | null; readonly operationKey: string; readonly key: string } | null;
  /** Whether the run's project was deleted. */
  forgotten: boolean;
}

/** A call's grouping with its run, so the end of the call needs no look-up. */
class RunGrouping implements OperationGrouping {
  readonly operationKey: string | null;
  readonly runId: string;
  readonly status: OperationGrouping['status'];
  readonly #run: Run;

  /** Returns the run; null if the call is in no run. */
  static runOf(grouping: OperationGrouping): Run | null {
    return #run in grouping ? grouping.#run : null;
  }

  constructor(operationKey: string | null, { run, status }: Decision) {
    this.operationKey = operationKey;
    this.runId = run.id;
    this.status = status;
    this.#run = run;
  }
}

export interface RunStatesOptions {
  /** How long an idle run can still be continued, in milliseconds. */
  readonly idleMs: number;
  /** The maximum number of runs, and of token keys, in memory. */
  readonly capacity: number;
  readonly archive: RunArchive;
  /** How long a request waits for the archive before it continues without it. */
  readonly archiveLimitMs: number;
  /** In milliseconds since 1970. */
  readonly now: () => number;
}

/** After this time, a call has been written or dropped, so a run evicted later is in the archive. */
const SETTLED_MS = 5_000;

/**
 * Assigns each call to its run, synchronously and in memory. Before that, it loads runs from the archive that are not in
 * memory. A run belongs to its project: tokens that send the same run id share it. With only a key, a token continues its
 * own run.
 */
export class RunStates implements OperationGrouper {
  readonly #options: RunStatesOptions;
  readonly #runs: LruMap<string, Run>;
  /** The id of the token's last run with a key. */
  readonly #latest: LruMap<string, string>;
  /** Until this time, a key that is not in memory may have a run that can be continued: from before the start, or evicted. */
  #keysMissingUntilMs: number;
  /** The pending archive look-ups. */
  readonly #recalling = new Map<string, Promise<void>>();

  constructor(options: RunStatesOptions) {
    this.#options = options;
    const { capacity, idleMs, now } = options;
    this.#runs = new LruMap({
      capacity,
      mayEvict: ({ callsInFlight, lastActivityMs }) =>
        callsInFlight === 0 && now() - lastActivityMs > SETTLED_MS,
    });
    this.#latest = new LruMap({
      capacity,
      onEvict: () => {
        this.#keysMissingUntilMs = now() + idleMs;
      },
    });
    this.#keysMissingUntilMs = now() + idleMs;
  }

  recall(call: CallToGroup): Promise<void> | null {
    const runId = call.runId ?? this.#latest.peek(latestKey(call, call.operationKey));
    if (runId === undefined) {
      return this.#options.now() > this.#keysMissingUntilMs ? null : this.#recallLatest(call);
    }
    const missing = this.#firstMissing(call.projectId, runId);
    return missing === null ? null : this.#recallChain(call.projectId, missing);
  }

  group(call: CallToGroup): OperationGrouping {
    const now = this.#options.now();
    const decision = call.runId === null ? this.#byKey(call, now) : this.#byRunId(call, call.runId, now);
    const { run } = decision;
    run.operationKey ??= call.operationKey;
    run.lastActivityMs = now;
    run.callsInFlight += 1;
    const operationKey = call.operationKey ?? run.operationKey;
    if (operationKey !== null) this.#latest.set(latestKeyOf(run, call, operationKey), run.id);
    return new RunGrouping(operationKey, decision);
  }

  /** Ends a call. Returns its run; null if it is in none, or its project was deleted meanwhile. */
  end(grouping: OperationGrouping): LoggedRun | null {
    const run = RunGrouping.runOf(grouping);
    if (run === null || run.forgotten) return null;
    run.callsInFlight -= 1;
    run.lastActivityMs = this.#options.now();
    const { id, operationKey, continues } = run;
    if (run.logged?.operationKey !== operationKey) run.logged = { id, operationKey, continues };
    return run.logged;
  }

  forgetProject(projectId: number): void {
    const ofProject = runKey(projectId, '');
    this.#runs.deleteWhere((key, run) => {
      const isOfProject = key.startsWith(ofProject);
      if (isOfProject) run.forgotten = true;
      return isOfProject;
    });
    this.#latest.deleteWhere((key) => key.startsWith(ofProject));
  }

  #byKey(call: CallToGroup, now: number): Decision {
    const latest = this.#latest.peek(latestKey(call, call.operationKey));
    const run = latest === undefined ? undefined : this.#runs.get(runKey(call.projectId, latest));
    if (run !== undefined && this.#isActive(run, now)) return { run, status: 'continued_active_run' };
    return { run: this.#begin(call.projectId, timestampedId('oprun')), status: 'started_new_run' };
  }

  #byRunId({ projectId }: CallToGroup, runId: string, now: number): Decision {
    const sent = this.#runs.get(runKey(projectId, runId)) ?? this.#begin(projectId, runId);
    const lastRun = this.#lastRunOf(projectId, sent);
    const isActive = this.#isActive(lastRun, now);
    if (isActive && lastRun === sent) return { run: sent, status: 'accepted_provided_run' };
    const run = isActive ? lastRun : this.#begin(projectId, timestampedId('oprun'), lastRun);
    // However long the chain is, the next call with this id is two steps from its end.
    sent.continuedBy = run.id;
    return { run, status: 'started_new_run_after_idle' };
  }

  #begin(projectId: number | null, id: string, before: Run | null = null): Run {
    const run: Run = {
      id,
      operationKey: before?.operationKey ?? null,
      continues: before?.id ?? null,
      continuedBy: null,
      lastActivityMs: this.#options.now(),
      callsInFlight: 0,
      logged: null,
      latest: null,
      forgotten: false,
    };
    if (before !== null) before.continuedBy = id;
    this.#runs.set(runKey(projectId, id), run);
    return run;
  }

  #isActive({ callsInFlight, lastActivityMs }: Run, now: number): boolean {
    return callsInFlight > 0 || now - lastActivityMs <= this.#options.idleMs;
  }

  /** Returns the last run in the chain of continuing runs. For a lost run, only its existence is known. */
  #lastRunOf(projectId: number | null, sent: Run): Run {
    let lastRun = sent;
    while (lastRun.continuedBy !== null) {
      lastRun =
        this.#runs.get(runKey(projectId, lastRun.continuedBy)) ?? this.#begin(projectId, lastRun.continuedBy);
    }
    return lastRun;
  }

  #firstMissing(projectId: number | null, runId: string): string | null {
    for (let id = runId; ;) {
      const run = this.#runs.peek(runKey(projectId, id));
      if (run === undefined) return id;
      if (run.continuedBy === null) return null;
      id = run.continuedBy;
    }
  }

  #recallChain(projectId: number | null, runId: string): Promise<void> {
    return this.#once(runKey(projectId, runId), async () => {
      this.#remember(projectId, await this.#options.archive.chainOf(projectId, runId));
    });
  }

  #recallLatest({ operationKey, ...call }: CallToGroup): Promise<void> | null {
    if (operationKey === null) return null;
    const requested = { ...call, operationKey };
    return this.#once(latestKey(requested, operationKey), async () => {
      const chain = await this.#options.archive.latestOf(requested);
      this.#remember(call.projectId, chain);
      const [latest] = chain;
      const key = latestKey(requested, operationKey);
      if (latest !== undefined && this.#latest.peek(key) === undefined) this.#latest.set(key, latest.runId);
    });
  }

  /** Shares one look-up between concurrent calls for the same key. */
  #once(key: string, ask: () => Promise<void>): Promise<void> {
    const requested = this.#recalling.get(key) ?? this.#recallInTime(key, ask);
    this.#recalling.set(key, requested);
    return requested;
  }

  /**
   * Looks up a key in the archive. If that takes too long or fails, the request continues as if the archive did not know the
   * key.
   */
  async #recallInTime(key: string, ask: () => Promise<void>): Promise<void> {
    const limit = Promise.withResolvers<void>();
    const timer = setTimeout(limit.resolve, this.#options.archiveLimitMs);
    try {
      await Promise.race([ask(), limit.promise]);
    } catch {
      // The archive itself logs the error.
    } finally {
      clearTimeout(timer);
      this.#recalling.delete(key);
    }
  }

  /** Adds the runs of the archive. Runs that are in memory by now are newer. */
  #remember(projectId: number | null, chain: readonly ArchivedRun[]): void {
    for (const { runId: id, ...archived } of chain) {
      const key = runKey(projectId, id);
      if (this.#runs.peek(key) === undefined) this.#runs.set(key, { id, ...archived, ...NOTHING_YET });
    }
  }
}

/** The initial state of a run from the archive. */
const NOTHING_YET = { callsInFlight: 0, logged: null, latest: null, forgotten: false };

interface Decision {
  readonly run: Run;
  readonly status: OperationGrouping['status'];
}

let lastRunKey = { projectId: -1, runId: '', key: '' };

/** Reuses the text for consecutive calls of a run, so it is hashed only once. */
function runKey(projectId: number | null, runId: string): string {
  const project = projectId ?? 0;
  if (lastRunKey.runId !== runId || lastRunKey.projectId !== project) {
    lastRunKey = { projectId: project, runId, key: `${project} ${runId}` };
  }
  return lastRunKey.key;
}

function latestKeyOf(run: Run, { projectId, tokenId }: CallToGroup, operationKey: string): string {
  const { latest } = run;
  if (latest?.tokenId === tokenId && latest.operationKey === operationKey) return latest.key;
  const key = latestKey({ projectId, tokenId }, operationKey);
  run.latest = { tokenId, operationKey, key };
  return key;
}

function latestKey(
  { projectId, tokenId }: Pick<CallToGroup, 'projectId' | 'tokenId'>,
  operationKey: string | null,
): string {
  return `${projectId ?? 0} ${tokenId ?? 0} ${operationKey}`;
}
