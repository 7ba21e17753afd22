import type { FinishedRequest } from '../http/finished-requests.ts';
import type { RequestLog } from '../request-log/request-log.ts';
import { RunStates } from './run-states.ts';

/** Some 300 bytes each. */
const RUNS_IN_MEMORY = 50_000;
/** A request waits no longer than this for what is known of its run. */
const ARCHIVE_LIMIT_MS = 250;

/** What happened: which calls there were, and the runs of operations that they belong to. */
export class Operations {
  /** Puts each call that asks for it into its run. */
  readonly grouper: RunStates;
  readonly #log: RequestLog;
  readonly #now: () => number;

  constructor(options: {
    readonly log: RequestLog;
    readonly idleSeconds: number;
    /** In milliseconds since 1970. */
    readonly now: () => number;
  }) {
    const { log, idleSeconds, now } = options;
    this.#log = log;
    this.#now = now;
    this.grouper = new RunStates({
      archive: log,
      now,
      idleMs: idleSeconds * 1_000,
      capacity: RUNS_IN_MEMORY,
      archiveLimitMs: ARCHIVE_LIMIT_MS,
    });
  }

  /** A call is over. One that was not authenticated is nobody's. */
  record(finished: FinishedRequest): void {
    const { credential, route, projectId, grouping } = finished;
    if (credential === null || route === null) return;
    const runId = grouping?.runId ?? null;
    this.#log.append({
      requestId: finished.requestId,
      projectId,
      tokenId: credential.kind === 'admin' ? null : credential.tokenId,
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
      run: runId === null ? null : this.grouper.end(projectId, runId),
    });
  }

  /** Its calls and runs are nobody's any more. */
  async forgetProject(projectId: number): Promise<void> {
    this.grouper.forgetProject(projectId);
    await this.#log.forgetProject(projectId);
  }
}
