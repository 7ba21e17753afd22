import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';

import type { FastifyRequest } from 'fastify';

import { ALLOWED_KEYWORD } from '../validation-details.ts';

/** How a call was assigned to its operation run, as in the envelope. */
export const GROUPING_STATUSES = [
  'accepted_provided_run',
  'continued_active_run',
  'started_new_run',
  'started_new_run_after_idle',
  'rejected_invalid_header',
] as const;

export type GroupingStatus = (typeof GROUPING_STATUSES)[number];

/** The operation run of a call that sent an operation header. */
export interface OperationGrouping {
  readonly operationKey: string | null;
  /** Null if the call is in no run. */
  readonly runId: string | null;
  readonly status: GroupingStatus;
}

/** The facts for grouping a call. At least one of key and run id is given. */
export interface CallToGroup {
  /** Null for a call that concerns no project. */
  readonly projectId: number | null;
  /** Null for the admin credential. */
  readonly tokenId: number | null;
  readonly operationKey: string | null;
  readonly runId: string | null;
}

/** Groups calls into runs. As an observer, it also learns when calls end (`finished-requests.ts`). */
export interface OperationGrouper {
  /** Loads what `group` needs. Returns null if it is already loaded. The promise resolves soon and never rejects. */
  recall(call: CallToGroup): Promise<void> | null;
  /** Adds the call to its run. It is synchronous, so each of several concurrent calls sees the runs that the others started. */
  group(call: CallToGroup): OperationGrouping;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Null without an operation header, and if the request is not authenticated. */
    grouping: OperationGrouping | null;
  }
}

/**
 * Returns the two headers; null without either. A header that is invalid, or was sent twice, is left out. If none is left, the
 * call is in no run.
 */
export function operationHeaders({ headers, raw }: FastifyRequest): OperationHeaders | null {
  const key = headers['x-operation-key'];
  const runId = headers['x-operation-run-id'];
  if (key === undefined && runId === undefined) return null;
  const operationKey = isSentTwice(raw, key) ? null : toOperationKey(key);
  const validRunId = typeof runId === 'string' && RUN_ID.test(runId) ? runId : null;
  return operationKey === null && validRunId === null ? INVALID : { operationKey, runId: validRunId };
}

export type OperationHeaders = Pick<CallToGroup, 'operationKey' | 'runId'> | typeof INVALID;

const INVALID = 'invalid';

/** The schema of a run id. */
export const RUN_ID_FORM = {
  pattern: '^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$',
  [ALLOWED_KEYWORD]: '1 to 128 letters, digits or any of "._:-", beginning with a letter or a digit',
};
const RUN_ID = new RegExp(RUN_ID_FORM.pattern);

/** The schema of an operation key: a label for people. White space at its ends is not part of a header. */
export const OPERATION_KEY_FORM = {
  pattern: String.raw`^(?!\s)(?:(?![\u0000-\u001f\u007f-\u009f\ud800-\udfff])[\s\S]){1,128}(?<!\s)$`,
  [ALLOWED_KEYWORD]: '1 to 128 characters without control characters, and without white space at the ends',
};
const OPERATION_KEY = new RegExp(OPERATION_KEY_FORM.pattern, 'u');

/** Node joins the values of a header that was sent twice with a comma. */
function isSentTwice(raw: IncomingMessage, joined: string | string[] | undefined): boolean {
  if (typeof joined !== 'string' || !joined.includes(',')) return false;
  return (raw.headersDistinct['x-operation-key']?.length ?? 0) > 1;
}

/** Node reads the bytes of a header as Latin-1 characters. */
function toOperationKey(header: string | string[] | undefined): string | null {
  if (typeof header !== 'string') return null;
  const bytes = Buffer.from(header, 'latin1');
  if (!isUtf8(bytes)) return null;
  const text = bytes.toString('utf8');
  return OPERATION_KEY.test(text) ? text : null;
}

/** Returns the three values as response headers, for an answer without an envelope. */
export function groupingHeaders(grouping: OperationGrouping | null): Readonly<Record<string, string>> {
  if (grouping === null) return {};
  const { operationKey, runId, status } = grouping;
  return {
    ...(operationKey !== null && {
      'x-operation-key': Buffer.from(operationKey, 'utf8').toString('latin1'),
    }),
    ...(runId !== null && { 'x-operation-run-id': runId }),
    'x-operation-grouping-status': status,
  };
}

/** An invalid header does not fail the call: the call is in no run. */
export const REJECTED: OperationGrouping = {
  operationKey: null,
  runId: null,
  status: 'rejected_invalid_header',
};
