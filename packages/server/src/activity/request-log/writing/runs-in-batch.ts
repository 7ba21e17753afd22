import { FIRST_FAILED_STATUS, type LoggedCall, type LoggedRun } from '../logged-call.ts';
import { requestIdParts } from '../request-id-parts.ts';
import { ADMIN, NO_PROJECT } from '../sentinels.ts';

/** The changes to a run from the calls of one batch. Times are as in the database. */
export interface RunInBatch {
  readonly projectId: number;
  readonly runId: string;
  readonly operationKey: string | null;
  readonly continues: string | null;
  started: number;
  ended: number;
  lastActivityMs: number;
  calls: number;
  failedCalls: number;
  /** The failed call that started first. */
  firstFailure: Failure | null;
  /** The token and key pairs whose latest run this is. */
  readonly keys: Map<string, { readonly tokenId: number; readonly operationKey: string }>;
}

interface Failure {
  readonly started: number;
  readonly status: number;
  readonly errorCode: string | null;
}

/** Returns the runs of a batch by their `LoggedRun`, which most calls of a run share. */
export function runsInBatch(calls: readonly LoggedCall[]): ReadonlyMap<LoggedRun, RunInBatch> {
  const byKey = new Map<string, RunInBatch>();
  const runs = new Map<LoggedRun, RunInBatch>();
  for (const call of calls) {
    if (call.run === null) continue;
    const { started } = requestIdParts(call.requestId);
    const run = runs.get(call.run) ?? findRun(byKey, call.run, call.projectId, started);
    runs.set(call.run, run);
    addCall(run, call, started);
  }
  return runs;
}

function findRun(
  byKey: Map<string, RunInBatch>,
  run: LoggedRun,
  projectId: number | null,
  started: number,
): RunInBatch {
  const key = `${projectId ?? NO_PROJECT} ${run.id}`;
  const found = byKey.get(key) ?? emptyRun(projectId, run, started);
  byKey.set(key, found);
  return found;
}

function addCall(known: RunInBatch, call: LoggedCall, started: number): void {
  const { status, errorCode, operationKey } = call;
  known.started = Math.min(known.started, started);
  known.ended = Math.max(known.ended, started + Math.round(call.durationMs * 1_000));
  known.lastActivityMs = Math.max(known.lastActivityMs, call.endedAtMs);
  known.calls += 1;
  if (status >= FIRST_FAILED_STATUS) {
    known.failedCalls += 1;
    if (started < (known.firstFailure?.started ?? Infinity)) {
      known.firstFailure = { started, status, errorCode };
    }
  }
  const tokenId = call.tokenId ?? ADMIN;
  if (operationKey !== null) known.keys.set(`${tokenId} ${operationKey}`, { tokenId, operationKey });
}

function emptyRun(projectId: number | null, run: LoggedRun, started: number): RunInBatch {
  return {
    projectId: projectId ?? NO_PROJECT,
    runId: run.id,
    operationKey: run.operationKey,
    continues: run.continues,
    started,
    ended: started,
    lastActivityMs: 0,
    calls: 0,
    failedCalls: 0,
    firstFailure: null,
    keys: new Map(),
  };
}
