import { type Static, Type } from 'typebox';

import { timestamp } from '../core/ids.ts';
import { orNull } from './nullable-fields.ts';
import type { RunStatus, StoredRun } from './request-log/stored-rows.ts';

export const RUN_STATUSES: readonly RunStatus[] = ['succeeded', 'failed', 'active'];

/** An operation run in an answer. */
export const operationFields = Type.Object(
  {
    operation_run_id: Type.String(),
    operation_key: orNull.text,
    status: Type.Enum([...RUN_STATUSES]),
    active: Type.Boolean(),
    continues_run_id: orNull.text,
    continued_by_run_id: orNull.text,
    started_at: Type.String(),
    last_activity_at: Type.String(),
    duration_ms: Type.Number(),
    calls: Type.Integer(),
    failed_calls: Type.Integer(),
    first_error_code: orNull.text,
    first_error_status: orNull.count,
  },
  { additionalProperties: false, title: 'OperationRun' },
);

export function toOperationFields(run: StoredRun, active: boolean): Static<typeof operationFields> {
  return {
    operation_run_id: run.runId,
    operation_key: run.operationKey,
    status: run.failedCalls > 0 ? 'failed' : active ? 'active' : 'succeeded',
    active,
    continues_run_id: run.continues,
    continued_by_run_id: run.continuedBy,
    started_at: timestamp(new Date(run.started / 1_000)),
    last_activity_at: timestamp(new Date(run.ended / 1_000)),
    duration_ms: (run.ended - run.started) / 1_000,
    calls: run.calls,
    failed_calls: run.failedCalls,
    first_error_code: run.firstFailureCode,
    first_error_status: run.firstFailureStatus,
  };
}
