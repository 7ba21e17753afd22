import { senderNumberOf } from '../core/credential.ts';
import { RowhouseError } from '../core/errors.ts';
import type { FinishedRequest } from '../http/observability/finished-requests.ts';
import { parseRequestId } from './request-log/request-id-parts.ts';
import type { RequestLog } from './request-log/request-log.ts';
import type {
  CallsQuery,
  Page,
  Position,
  RunsQuery,
  StoredCall,
  StoredRun,
} from './request-log/stored-rows.ts';
import { RunStates } from './run-states.ts';

/** About 300 bytes each. */
const RUNS_IN_MEMORY = 50_000;
/** How long a request waits at most for the archived state of its run. */
const ARCHIVE_LIMIT_MS = 250;

/** The calls of a project and the operation runs that group them. */
export class Operations {
  /** Groups calls with an operation header into runs. */
  readonly grouper: RunStates;
  readonly #log: RequestLog;
  readonly #now: () => number;
  readonly #idleMs: number;

  constructor(options: {
    readonly log: RequestLog;
    readonly idleSeconds: number;
    /** In milliseconds since 1970. */
    readonly now: () => number;
    /** How long a request waits until its run is read from the log, in milliseconds. */
    readonly archiveLimitMs?: number | undefined;
  }) {
    const { log, idleSeconds, now, archiveLimitMs = ARCHIVE_LIMIT_MS } = options;
    this.#log = log;
    this.#now = now;
    this.#idleMs = idleSeconds * 1_000;
    this.grouper = new RunStates({
      archive: log,
      now,
      idleMs: this.#idleMs,
      capacity: RUNS_IN_MEMORY,
      archiveLimitMs,
    });
  }

  /** Records a completed call. An unauthenticated call belongs to no project. */
  record(finished: FinishedRequest): void {
    const { credential, route, projectId, grouping } = finished;
    if (credential === null || route === null) return;
    this.#log.append({
      requestId: finished.requestId,
      projectId,
      tokenId: senderNumberOf(credential),
      method: finished.method,
      route,
      status: finished.status,
      errorCode: finished.errorCode,
      durationMs: finished.durationMs,
      bytesIn: finished.bytesIn,
      bytesOut: finished.bytesOut,
      traceId: finished.traceId,
      endedAtMs: this.#now(),
      operationKey: grouping?.operationKey ?? null,
      run: grouping === null ? null : this.grouper.end(grouping),
    });
  }

  /** Lists runs of a project. A page may be shorter than its limit even if more pages follow. */
  list(query: Omit<RunsQuery, 'activeSinceMs'>): Promise<Page<StoredRun>> {
    const activeSinceMs = this.#now() - this.#idleMs;
    return this.#log.read('listRuns', { ...query, activeSinceMs });
  }

  /** Returns a run, and a page of its calls in order of their start. @throws RowhouseError `not_found`. */
  async get(
    projectId: number,
    runId: string,
    page: { readonly after: Position | null; readonly limit: number },
  ): Promise<Page<StoredCall> & { readonly run: StoredRun }> {
    const run = await this.#log.read('getRun', { projectId, runId });
    if (run === null) throw new RowhouseError('not_found', 'There is no such run in this project.');
    return { run, ...(await this.#log.read('listCallsOfRun', { ...page, run: run.number })) };
  }

  /** Returns whether a call sent now would continue the run, according to its completed calls. */
  isActive({ lastActivityMs }: StoredRun): boolean {
    return this.#now() - lastActivityMs <= this.#idleMs;
  }

  /** Lists calls of a project, paged like `list`. */
  listRequests(query: CallsQuery): Promise<Page<StoredCall>> {
    return this.#log.read('listCalls', query);
  }

  /** @throws RowhouseError `not_found`. */
  async getRequest(projectId: number, requestId: string): Promise<StoredCall> {
    const parts = parseRequestId(requestId);
    const call = parts === null ? null : await this.#log.read('getCall', { projectId, ...parts });
    if (call === null) throw new RowhouseError('not_found', 'There is no such request in this project.');
    return call;
  }

  /** Removes the calls and runs of a deleted project. */
  async forgetProject(projectId: number): Promise<void> {
    this.grouper.forgetProject(projectId);
    await this.#log.forgetProject(projectId);
  }
}
