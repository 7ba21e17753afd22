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

/** Returns the two headers; null without either. Node joins a header that was sent twice, which makes it invalid. */
export function operationHeaders({ headers }: FastifyRequest): OperationHeaders | null {
  const key = headers['x-operation-key'];
  const runId = headers['x-operation-run-id'];
  if (key === undefined && runId === undefined) return null;
  const valid = isValid(key) && isValid(runId);
  return valid ? { operationKey: key ?? null, runId: runId ?? null } : INVALID;
}

export type OperationHeaders = Pick<CallToGroup, 'operationKey' | 'runId'> | typeof INVALID;

const INVALID = 'invalid';
/** The schema of both headers. */
export const OPERATION_HEADER_FORM = {
  pattern: '^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$',
  [ALLOWED_KEYWORD]: '1 to 128 letters, digits or any of "._:-", beginning with a letter or a digit',
};
const FORM = new RegExp(OPERATION_HEADER_FORM.pattern);

function isValid(header: string | string[] | undefined): header is string | undefined {
  return header === undefined || (typeof header === 'string' && FORM.test(header));
}

/** An invalid header does not fail the call: the call is in no run. */
export const REJECTED: OperationGrouping = {
  operationKey: null,
  runId: null,
  status: 'rejected_invalid_header',
};
