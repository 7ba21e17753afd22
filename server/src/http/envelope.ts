import { Type } from 'typebox';
import type { TSchema } from 'typebox';

import { type ErrorCode, type ErrorDetail, errorRegistry } from '../errors.ts';
import { timestamp } from './ids.ts';

/** What an envelope needs of a request; Fastify's own request fits. */
export interface EnvelopedRequest {
  readonly id: string;
  /** Of the request whose answer is given again. */
  readonly originalRequestId?: string | null;
}

/** The answer to a request that succeeded. The keys stand in the contract’s order, and JSON keeps it. */
export interface SuccessEnvelope<Data> {
  readonly ok: true;
  readonly data: Data;
  readonly error: null;
  readonly request_id: string;
  readonly meta: EnvelopeMeta;
}

export interface ErrorEnvelope {
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
  /** Only where the answer is that of an earlier request, as its `Idempotency-Key` asks. */
  readonly original_request_id?: string;
}

export function success<Data>(request: EnvelopedRequest, data: Data): SuccessEnvelope<Data> {
  return {
    ok: true,
    data,
    error: null,
    request_id: request.id,
    meta: metaOf(request),
  };
}

function metaOf({ originalRequestId }: EnvelopedRequest): EnvelopeMeta {
  const now = timestamp();
  if (originalRequestId === undefined || originalRequestId === null) return { generated_at: now };
  return { generated_at: now, original_request_id: originalRequestId };
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
    request_id: request.id,
    meta: { generated_at: timestamp() },
  };
}

/** The schema of a success envelope around `data`, for a route’s `schema.response`. */
export function envelopeOf<Data extends TSchema>(data: Data) {
  return Type.Object(
    {
      ok: Type.Literal(true),
      data,
      error: Type.Null(),
      request_id: Type.String(),
      meta: envelopeMeta,
    },
    { additionalProperties: false },
  );
}

const envelopeMeta = Type.Object(
  {
    generated_at: Type.String(),
    original_request_id: Type.Optional(
      Type.String({
        description: 'Where the answer is that of an earlier request with the same `Idempotency-Key`.',
      }),
    ),
  },
  { additionalProperties: false, title: 'EnvelopeMeta' },
);

/** The schema of an envelope around an error. */
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
      { additionalProperties: false, title: 'Error' },
    ),
    request_id: Type.String(),
    meta: envelopeMeta,
  },
  { additionalProperties: false, title: 'ErrorEnvelope' },
);
