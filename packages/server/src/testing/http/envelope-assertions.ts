import assert from 'node:assert/strict';

import type { ErrorCode, ErrorDetail } from '../../core/errors.ts';
import { errorRegistry } from '../../core/errors.ts';

export interface ErrorBody {
  readonly code: string;
  readonly message: string;
  readonly details?: readonly ErrorDetail[];
}

/** Asserts that an answer is an error envelope with this code, its status and the headers of every envelope. */
export async function assertFailure(response: Response, code: ErrorCode): Promise<ErrorBody> {
  const text = await response.text();
  return assertFailureText(
    text,
    { status: response.status, header: (name) => response.headers.get(name) },
    code,
  );
}

/** The same for an answer read from a socket. */
export function assertFailureText(
  text: string,
  answer: { readonly status: number; readonly header: (name: string) => string | null | undefined },
  code: ErrorCode,
): ErrorBody {
  const envelope = JSON.parse(text);
  assert.equal(envelope.error?.code, code, text);
  assert.equal(answer.status, errorRegistry[code].status);
  assert.deepEqual(Object.keys(envelope), ['ok', 'data', 'error', 'request_id', 'meta']);
  assert.equal(envelope.ok, false);
  assert.equal(envelope.data, null);
  assert.match(envelope.request_id, /^req_\d{8}T\d{6}_\d{6}Z_[0-9a-f]{12}$/);
  assert.match(envelope.meta.generated_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  assert.ok(envelope.error.message.length > 0);
  assert.equal(answer.header('x-request-id'), envelope.request_id);
  assert.equal(answer.header('x-content-type-options'), 'nosniff');
  assert.equal(answer.header('cache-control'), 'no-store');
  assert.equal(answer.header('content-type'), 'application/json; charset=utf-8');
  return envelope.error;
}
