import { timestampedId } from '../core/ids.ts';
import type { CallToGroup, OperationGrouper, OperationGrouping } from '../http/access/operation-grouping.ts';
import { LruMap } from '../runtime/lru-map.ts';
import type { ArchivedRun, LoggedRun } from './request-log/logged-call.ts';
import type { RunArchive } from './run-archive.ts';

/** A run of an operation, as far as it takes part in deciding where a call belongs. */
interface Run {
  readonly id: string;
  operationKey: string | null;
  readonly continues: string | null;
  /** The last known of those that go on from this one, which then has no activity any more. */
  continuedBy: string | null;
  /** The begin or the end of a call, whichever was last; in milliseconds since 1970. */
  lastActivityMs: number;
  callsInFlight: number;
  /** What the log is told of it: the same object as long as it says the same, as a message takes that along once. */
  logged: LoggedRun | null;
  /** Whose key the run was the latest of last: the same text as long as it is, as a text is hashed once. */
  latest: { readonly tokenId: number | null; readonly operationKey: string; readonly key: string } | null;
  /** Its project was deleted. */
  forgotten: boolean;
}

/** Where a call belongs, with the run itself, so that nobody looks for it when the call is over. */
class RunGrouping implements OperationGrouping {
  readonly operationKey: string | null;
  readonly runId: string;
  readonly status: OperationGrouping['status'];
  readonly #run: Run;

  /** Null for one that is in no run. */
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
  /** For how long a run without activity can still be continued, in milliseconds. */
  readonly idleMs: number;
  /** How many runs, and how many keys of tokens, are held in memory. */
  readonly capacity: number;
  readonly archive: RunArchive;
  /** How long a request waits for the archive before it goes without it. */
  readonly archiveLimitMs: number;
  /** In milliseconds since 1970. */
  readonly now: () => number;
}

/** After this time a call is written down, if ever: a run that makes room then is found in the archive. */
const SETTLED_MS = 5_000;

/**
 * Which run each call belongs to. It decides in memory and at once; what memory does not hold it asks the archive for,
 * beforehand. A run is its project's: tokens that send the same run id share it. With a key alone, a token goes on with its own.
 */
export class RunStates implements OperationGrouper {
  readonly #options: RunStatesOptions;
  readonly #runs: LruMap<Run>;
  /** The id of the run that a token was in last with a key. */
  readonly #latest: LruMap<string>;
  /** Until then, a key that is not in memory may have a run that can be continued: one from before the start, or that made room. */
  #keysMissingUntilMs: number;
  /** What the archive is being asked for. */
  readonly #recalling = new Map<string, Promise<void>>();

  constructor(options: RunStatesOptions) {
    this.#options = options;
    const { capacity, idleMs, now } = options;
    this.#runs = new LruMap(
      capacity,
      ({ callsInFlight, lastActivityMs }) => callsInFlight === 0 && now() - lastActivityMs > SETTLED_MS,
    );
    this.#latest = new LruMap(capacity, () => {
      this.#keysMissingUntilMs = now() + idleMs;
      return true;
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

  /** A call is over. @returns its run; null where it is in none, and where its project was deleted meanwhile. */
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
    if (run !== undefined && this.#isGoingOn(run, now)) return { run, status: 'continued_active_run' };
    return { run: this.#begin(call.projectId, timestampedId('oprun')), status: 'started_new_run' };
  }

  #byRunId({ projectId }: CallToGroup, runId: string, now: number): Decision {
    const sent = this.#runs.get(runKey(projectId, runId)) ?? this.#begin(projectId, runId);
    const tip = this.#tipOf(projectId, sent);
    const isGoingOn = this.#isGoingOn(tip, now);
    if (isGoingOn && tip === sent) return { run: sent, status: 'accepted_provided_run' };
    const run = isGoingOn ? tip : this.#begin(projectId, timestampedId('oprun'), tip);
    // However long the chain is by now, the next call with this id is two steps from its end.
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

  #isGoingOn({ callsInFlight, lastActivityMs }: Run, now: number): boolean {
    return callsInFlight > 0 || now - lastActivityMs <= this.#options.idleMs;
  }

  /** The last of the runs that go on from one another. Of one that is lost nothing more is known than that it was begun. */
  #tipOf(projectId: number | null, sent: Run): Run {
    let tip = sent;
    while (tip.continuedBy !== null) {
      tip = this.#runs.get(runKey(projectId, tip.continuedBy)) ?? this.#begin(projectId, tip.continuedBy);
    }
    return tip;
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

  /** Calls that ask for the same ask once. */
  #once(key: string, ask: () => Promise<void>): Promise<void> {
    const requested = this.#recalling.get(key) ?? this.#recallInTime(key, ask);
    this.#recalling.set(key, requested);
    return requested;
  }

  /** A request goes on without an answer that takes too long or fails, as if the archive did not know it. */
  async #recallInTime(key: string, ask: () => Promise<void>): Promise<void> {
    const limit = Promise.withResolvers<void>();
    const timer = setTimeout(limit.resolve, this.#options.archiveLimitMs);
    try {
      await Promise.race([ask(), limit.promise]);
    } catch {
      // Whoever keeps the archive says so in the log of the service.
    } finally {
      clearTimeout(timer);
      this.#recalling.delete(key);
    }
  }

  /** What has come to memory meanwhile is newer than the archive. */
  #remember(projectId: number | null, chain: readonly ArchivedRun[]): void {
    for (const { runId: id, ...archived } of chain) {
      const key = runKey(projectId, id);
      if (this.#runs.peek(key) === undefined) this.#runs.set(key, { id, ...archived, ...NOTHING_YET });
    }
  }
}

/** Of a run that comes from the archive. */
const NOTHING_YET = { callsInFlight: 0, logged: null, latest: null, forgotten: false };

interface Decision {
  readonly run: Run;
  readonly status: OperationGrouping['status'];
}

let lastRunKey = { projectId: -1, runId: '', key: '' };

/** The same text for the same run one time after another, as a text is hashed once. */
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
