import { Type } from 'typebox';
import type { TSchema } from 'typebox';

import { type ErrorCode, type ErrorDetail, errorRegistry } from '../core/errors.ts';
import { timestamp } from '../core/ids.ts';
import {
  GROUPING_STATUSES,
  type GroupingStatus,
  type OperationGrouping,
} from './access/operation-grouping.ts';

/** The properties of a request that an envelope needs. Fastify's request has them. */
export interface EnvelopedRequest {
  readonly id: string;
  /** The id of the request whose answer is replayed. */
  readonly originalRequestId?: string | null;
  readonly grouping?: OperationGrouping | null;
}

/** The keys of an authenticated request with an operation header. */
interface OperationKeys {
  readonly operation_key: string | null;
  readonly operation_run_id: string | null;
  readonly operation_grouping_status: GroupingStatus;
}

/** The answer to a successful request. The keys are in the contract’s order, which JSON preserves. */
export interface SuccessEnvelope<Data> extends Partial<OperationKeys> {
  readonly ok: true;
  readonly data: Data;
  readonly error: null;
  readonly request_id: string;
  readonly meta: EnvelopeMeta;
}

export interface ErrorEnvelope extends Partial<OperationKeys> {
  readonly ok: false;
  readonly data: null;
  readonly error: {
    readonly code: ErrorCode;
    readonly message: string;
    readonly details?: readonly ErrorDetail[];
  };
  readonly request_id: string;
  readonly meta: EnvelopeMeta;
}

interface EnvelopeMeta {
  readonly generated_at: string;
  /** Present only if the answer is that of an earlier request with the same `Idempotency-Key`. */
  readonly original_request_id?: string;
}

export function success<Data>(request: EnvelopedRequest, data: Data): SuccessEnvelope<Data> {
  return { ok: true, data, error: null, ...lastKeys(request) };
}

export function failure(
  request: EnvelopedRequest,
  error: {
    readonly code: ErrorCode;
    readonly message: string;
    readonly details?: readonly ErrorDetail[] | undefined;
  },
): ErrorEnvelope {
  const { code, message, details } = error;
  return {
    ok: false,
    data: null,
    error: details === undefined || details.length === 0 ? { code, message } : { code, message, details },
    ...lastKeys(request),
  };
}

type LastKeys = Pick<ErrorEnvelope, 'request_id' | 'meta'> & Partial<OperationKeys>;

/** Returns the keys that follow `error` in every envelope. */
function lastKeys({ id, grouping = null, originalRequestId = null }: EnvelopedRequest): LastKeys {
  const meta = metaOf(originalRequestId);
  if (grouping === null) return { request_id: id, meta };
  const { operationKey, runId, status } = grouping;
  return {
    request_id: id,
    operation_key: operationKey,
    operation_run_id: runId,
    operation_grouping_status: status,
    meta,
  };
}

function metaOf(originalRequestId: string | null): EnvelopeMeta {
  const now = timestamp();
  if (originalRequestId === null) return { generated_at: now };
  return { generated_at: now, original_request_id: originalRequestId };
}

/** Returns the schema of a success envelope around `data`, for a route’s `schema.response`. */
export function envelopeOf<Data extends TSchema>(data: Data) {
  return Type.Object(
    {
      ok: Type.Literal(true),
      data,
      error: Type.Null(),
      request_id: Type.String(),
      ...operationKeys,
      meta: envelopeMeta,
    },
    { additionalProperties: false },
  );
}

const textOrNull = Type.Union([Type.String(), Type.Null()]);

/** Present if the request was authenticated and sent an operation header. */
const operationKeys = {
  operation_key: Type.Optional(textOrNull),
  operation_run_id: Type.Optional(textOrNull),
  operation_grouping_status: Type.Optional(
    Type.Enum([...GROUPING_STATUSES], { title: 'OperationGroupingStatus' }),
  ),
};

const envelopeMeta = Type.Object(
  {
    generated_at: Type.String(),
    original_request_id: Type.Optional(
      Type.String({
        description: 'Present if the answer is that of an earlier request with the same `Idempotency-Key`.',
      }),
    ),
  },
  { additionalProperties: false, title: 'EnvelopeMeta' },
);

/** The schema of an error envelope. */
export const errorEnvelope = Type.Object(
  {
    ok: Type.Literal(false),
    data: Type.Null(),
    error: Type.Object(
      {
        code: Type.Enum(Object.keys(errorRegistry), { title: 'ErrorCode' }),
        message: Type.String(),
        details: Type.Optional(
          Type.Array(
            Type.Object(
              { field: Type.String(), message: Type.String() },
              { additionalProperties: false, title: 'ErrorDetail' },
            ),
          ),
        ),
      },
      { additionalProperties: false, title: 'ErrorBody' },
    ),
    request_id: Type.String(),
    ...operationKeys,
    meta: envelopeMeta,
  },
  { additionalProperties: false, title: 'ErrorEnvelope' },
);
