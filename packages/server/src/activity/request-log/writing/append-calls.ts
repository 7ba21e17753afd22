import type { DatabaseSync, StatementSync } from 'node:sqlite';

import type { LoggedCall } from '../logged-call.ts';
import { requestIdParts } from '../request-id-parts.ts';
import { inTransaction } from './in-transaction.ts';
import { type RunInBatch, runsInBatch } from './runs-in-batch.ts';
import type { LogTrimmer } from './trim-log.ts';

/** Writes batches of calls, each in one transaction, and updates their runs. */
export class CallAppender {
  readonly #database: DatabaseSync;
  readonly #trimmer: LogTrimmer;
  readonly #insertCall: StatementSync;
  readonly #insertRun: StatementSync;
  readonly #linkRun: StatementSync;
  readonly #setLatest: StatementSync;
  readonly #insertRoute: StatementSync;
  /** By pattern, then by method. */
  readonly #routes = new Map<string, Map<string, number>>();

  constructor(database: DatabaseSync, trimmer: LogTrimmer) {
    this.#database = database;
    this.#trimmer = trimmer;
    this.#insertCall = database.prepare(INSERT_CALL);
    this.#insertRun = database.prepare(INSERT_RUN);
    this.#linkRun = database.prepare(LINK_RUN);
    this.#setLatest = database.prepare(SET_LATEST);
    this.#insertRoute = database.prepare(INSERT_ROUTE);
  }

  append(calls: readonly LoggedCall[]): void {
    try {
      inTransaction(this.#database, () => this.#write(calls));
    } catch (error) {
      // A cached route may have been rolled back.
      this.#routes.clear();
      throw error;
    }
  }

  #write(calls: readonly LoggedCall[]): void {
    const numbers = new Map<RunInBatch, number>();
    const runs = runsInBatch(calls);
    for (const run of new Set(runs.values())) numbers.set(run, this.#writeRun(run));
    for (const call of calls) {
      const run = call.run === null ? undefined : runs.get(call.run);
      this.#writeCall(call, run === undefined ? null : (numbers.get(run) ?? null));
    }
    this.#trimmer.added(calls.length);
  }

  /** Returns the run's number in the database. */
  #writeRun(run: RunInBatch): number {
    const { projectId, runId, continues, firstFailure } = run;
    const row = this.#insertRun.get(
      projectId,
      runId,
      run.operationKey,
      continues,
      run.started,
      run.ended,
      run.lastActivityMs,
      run.calls,
      run.failedCalls,
      firstFailure?.started ?? null,
      firstFailure?.status ?? null,
      firstFailure?.errorCode ?? null,
    );
    const number = Number(row?.['run']);
    if (continues !== null) this.#linkRun.run(runId, projectId, continues);
    for (const { tokenId, operationKey } of run.keys.values()) {
      this.#setLatest.run(projectId, tokenId, operationKey, number);
    }
    return number;
  }

  #writeCall(call: LoggedCall, run: number | null): void {
    const { projectId, traceId } = call;
    const { started, random } = requestIdParts(call.requestId);
    this.#insertCall.run(
      projectId,
      started,
      random,
      call.tokenId,
      this.#routeOf(call.method, call.route),
      call.status,
      call.errorCode,
      Math.round(call.durationMs * 1_000),
      call.bytesIn,
      call.bytesOut,
      call.operationKey,
      run,
      traceId === null ? null : Buffer.from(traceId, 'hex'),
    );
  }

  #routeOf(method: string, pattern: string): number {
    const byMethod = this.#routes.get(pattern) ?? new Map<string, number>();
    const known = byMethod.get(method);
    if (known !== undefined) return known;
    const added = Number(this.#insertRoute.get(method, pattern)?.['route']);
    this.#routes.set(pattern, byMethod.set(method, added));
    return added;
  }
}

const INSERT_CALL = `INSERT INTO requests (project_id, started, random, token_id, route, status, error_code, duration,
    bytes_in, bytes_out, operation_key, run, trace_id)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

const IS_EARLIER_FAILURE =
  'excluded.first_failure_started < ifnull(first_failure_started, 9223372036854775807)';

const INSERT_RUN = `INSERT INTO runs (project_id, run_id, operation_key, continues, started, ended, last_activity, calls,
    failed_calls, first_failure_started, first_failure_status, first_failure_code)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (project_id, run_id) DO UPDATE SET
    operation_key = coalesce(operation_key, excluded.operation_key),
    continues = coalesce(continues, excluded.continues),
    started = min(started, excluded.started),
    ended = max(ended, excluded.ended),
    last_activity = max(last_activity, excluded.last_activity),
    calls = calls + excluded.calls,
    failed_calls = failed_calls + excluded.failed_calls,
    first_failure_started =
      iif(${IS_EARLIER_FAILURE}, excluded.first_failure_started, first_failure_started),
    first_failure_status = iif(${IS_EARLIER_FAILURE}, excluded.first_failure_status, first_failure_status),
    first_failure_code = iif(${IS_EARLIER_FAILURE}, excluded.first_failure_code, first_failure_code)
  RETURNING run`;

const LINK_RUN =
  'UPDATE runs SET continued_by = ? WHERE project_id = ? AND run_id = ? AND continued_by IS NULL';

const SET_LATEST = `INSERT INTO latest_runs (project_id, token_id, operation_key, run) VALUES (?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET run = excluded.run`;

const INSERT_ROUTE = `INSERT INTO routes (method, pattern) VALUES (?, ?)
  ON CONFLICT DO UPDATE SET pattern = excluded.pattern RETURNING route`;
