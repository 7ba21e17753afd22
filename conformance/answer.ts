import assert from 'node:assert/strict';

import { REFERENCE_ONLY } from './contract.ts';

/** The status of each error code. */
const STATUS_OF = {
  missing_authorization: 401,
  invalid_token: 401,
  invalid_credentials: 401,
  permission_denied: 403,
  not_found: 404,
  validation_failed: 400,
  invalid_export_format: 400,
  invalid_json: 400,
  method_not_allowed: 405,
  unsupported_media_type: 415,
  payload_too_large: 413,
  headers_too_large: 431,
  precondition_failed: 412,
  already_exists: 409,
  constraint_violation: 409,
  conflict: 409,
  query_rejected: 400,
  query_failed: 400,
  query_timeout: 504,
} as const;

export type ErrorCode = keyof typeof STATUS_OF;

/** The codes that the reference documents. Where it names none, another implementation of the API may use its own. */
const DOCUMENTED_CODES: ReadonlySet<ErrorCode> = new Set([
  'missing_authorization',
  'invalid_token',
  'permission_denied',
  'not_found',
  'validation_failed',
  'invalid_export_format',
]);

// oxlint-disable-next-line typescript/no-explicit-any -- a test reads the fields that it expects, and fails if one is missing
export type Data = any;

export interface ErrorBody {
  readonly code: string;
  readonly message: string;
  readonly details?: readonly { readonly field: string; readonly message: string }[];
}

export interface Envelope {
  readonly ok: boolean;
  readonly data: Data;
  readonly error: ErrorBody | null;
  readonly request_id: string;
  readonly meta: { readonly generated_at: string };
}

export interface Answer<Body extends Envelope = Envelope> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

export const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const REQUEST_ID = /^req_\d{8}T\d{6}_\d{6}Z_[0-9a-f]{12}$/;

/** The three keys of an operation, which an answer has only if its request sent an operation header. */
export interface GroupedEnvelope extends Envelope {
  readonly operation_key: string | null;
  readonly operation_run_id: string | null;
  readonly operation_grouping_status: string;
}

const ENVELOPE_KEYS = ['ok', 'data', 'error', 'request_id', 'meta'];
export const GROUPED_ENVELOPE_KEYS = [
  'ok',
  'data',
  'error',
  'request_id',
  'operation_key',
  'operation_run_id',
  'operation_grouping_status',
  'meta',
];

/** Reads an answer and checks the envelope, whose rules apply to every answer. */
export async function readAnswer(response: Response): Promise<Answer> {
  return readEnvelope<Envelope>(response, ENVELOPE_KEYS);
}

/** The same for a request with an operation header. */
export async function readGroupedAnswer(response: Response): Promise<Answer<GroupedEnvelope>> {
  return readEnvelope<GroupedEnvelope>(response, GROUPED_ENVELOPE_KEYS);
}

async function readEnvelope<Body extends Envelope>(
  response: Response,
  keys: readonly string[],
): Promise<Answer<Body>> {
  const text = await response.text();
  const { status, headers } = response;
  assert.match(headers.get('content-type') ?? '', /^application\/json\b/, text);
  const body: Body = JSON.parse(text);
  assertKeys(body, keys);
  assert.match(body.request_id, REQUEST_ID);
  assert.equal(headers.get('x-request-id'), body.request_id);
  assertKeys(body.meta, ['generated_at']);
  assert.match(body.meta.generated_at, TIMESTAMP);
  assert.equal(body.ok, status < 400, text);
  assert.notEqual(status, 500, text);
  if (body.error === null) {
    assert.equal(body.ok, true);
    assert.notEqual(body.data, null);
  } else {
    assert.equal(body.ok, false);
    assert.equal(body.data, null);
    assertErrorBody(body.error);
  }
  return { status, headers, body };
}

function assertErrorBody(error: ErrorBody): void {
  assert.deepEqual(Object.keys(error).slice(0, 2), ['code', 'message']);
  assert.ok(error.message.length > 0);
  assert.doesNotMatch(
    error.message,
    /\bat .*:\d+:\d+|node:|\/tmp\/|\.sqlite\b/,
    'neither a stack nor a path',
  );
  if (error.details === undefined) return;
  assert.deepEqual(Object.keys(error), ['code', 'message', 'details']);
  assert.ok(error.details.length > 0);
  for (const detail of error.details) assert.deepEqual(Object.keys(detail), ['field', 'message']);
}

/** @param call the request, for the message. @returns the data. */
export function assertAccepted({ status, body }: Answer, expected: number, call: readonly unknown[]): Data {
  const message = `${said(call)} was answered ${JSON.stringify(body.error ?? body.data)}`;
  // The status 201 for a creation is a decision of Rowhouse.
  if (REFERENCE_ONLY && expected === 201) assert.ok(status === 200 || status === 201, message);
  else assert.equal(status, expected, message);
  return body.data;
}

interface ExpectedRefusal {
  readonly code: ErrorCode;
  /** Exactly the fields that `error.details` names. */
  readonly fields?: readonly string[] | undefined;
}

/** @param call the request, for the message. */
export function assertRefused(
  answer: Answer,
  expected: ExpectedRefusal,
  call: readonly unknown[],
): ErrorBody {
  const { error } = answer.body;
  const message = `${said(call)} was answered ${JSON.stringify(error ?? answer.body.data)}`;
  assert.equal(answer.status, STATUS_OF[expected.code], message);
  assert.ok(error !== null, message);
  if (!REFERENCE_ONLY || DOCUMENTED_CODES.has(expected.code))
    assert.equal(error.code, expected.code, message);
  if (expected.fields !== undefined && !REFERENCE_ONLY) {
    const named = (error.details ?? []).map(({ field }) => field);
    assert.deepEqual(named, expected.fields, message);
  }
  return error;
}

function said(call: readonly unknown[]): string {
  return call
    .map((part) => (typeof part === 'string' ? part : JSON.stringify(part)))
    .join(' ')
    .slice(0, 300);
}

/**
 * Asserts the keys of an object in order: those of the reference, then those of Rowhouse. If only the reference is tested, other keys
 * may follow instead.
 */
export function assertKeys(
  value: object,
  documentedKeys: readonly string[],
  { ours = [] }: { readonly ours?: readonly string[] } = {},
): void {
  const keys = Object.keys(value);
  if (REFERENCE_ONLY) assert.deepEqual(keys.slice(0, documentedKeys.length), documentedKeys);
  else assert.deepEqual(keys, [...documentedKeys, ...ours]);
}
