import { type Static, Type } from 'typebox';

import { timestamp } from '../core/ids.ts';
import { documentedPath } from '../http/documented-path.ts';
import { orNull } from './nullable-fields.ts';
import type { StoredCall } from './request-log/stored-rows.ts';

/** The fields of a call in every answer, before and after the fields that a list adds. */
const beginning = {
  request_id: Type.String(),
  method: Type.String(),
  route: Type.String(),
  status: Type.Integer(),
  error_code: orNull.text,
  token_id: orNull.count,
  started_at: Type.String(),
};
const end = {
  bytes_in: Type.Integer(),
  bytes_out: Type.Integer(),
  operation_key: orNull.text,
};

export const requestFields = Type.Object(
  {
    ...beginning,
    duration_ms: Type.Number(),
    ...end,
    operation_run_id: orNull.text,
    trace_id: orNull.text,
  },
  { additionalProperties: false, title: 'LoggedRequest' },
);

/** A call in the list of its run, with its start time and the pause before it. */
export const callFields = Type.Object(
  {
    ...beginning,
    start_offset_ms: Type.Number(),
    duration_ms: Type.Number(),
    gap_before_ms: Type.Number(),
    ...end,
    trace_id: orNull.text,
  },
  { additionalProperties: false, title: 'OperationCall' },
);

export function toRequestFields(call: StoredCall): Static<typeof requestFields> {
  return {
    ...beginningOf(call),
    duration_ms: call.durationMicros / 1_000,
    ...endOf(call),
    operation_run_id: call.runId,
    trace_id: call.traceId,
  };
}

/** A call of a run and its position among the earlier calls, in microseconds. */
export interface PlacedCall {
  readonly call: StoredCall;
  /** The time since the start of the first call. */
  readonly offset: number;
  /** The time since the latest end of the earlier calls; 0 if one of them was still running. */
  readonly gap: number;
}

export function toCallFields({ call, offset, gap }: PlacedCall): Static<typeof callFields> {
  return {
    ...beginningOf(call),
    start_offset_ms: offset / 1_000,
    duration_ms: call.durationMicros / 1_000,
    gap_before_ms: gap / 1_000,
    ...endOf(call),
    trace_id: call.traceId,
  };
}

function beginningOf(call: StoredCall) {
  return {
    request_id: call.requestId,
    method: call.method,
    route: documentedPath(call.route),
    status: call.status,
    error_code: call.errorCode,
    // A session has a negative number.
    token_id: call.tokenId !== null && call.tokenId > 0 ? call.tokenId : null,
    started_at: timestamp(new Date(call.started / 1_000)),
  };
}

function endOf(call: StoredCall) {
  return { bytes_in: call.bytesIn, bytes_out: call.bytesOut, operation_key: call.operationKey };
}
