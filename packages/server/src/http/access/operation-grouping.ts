import type { FastifyRequest } from 'fastify';

import { ALLOWED_KEYWORD } from '../validation-details.ts';

/** How a call came to its run of an operation; the words of the envelope. */
export const GROUPING_STATUSES = [
  'accepted_provided_run',
  'continued_active_run',
  'started_new_run',
  'started_new_run_after_idle',
  'rejected_invalid_header',
] as const;

export type GroupingStatus = (typeof GROUPING_STATUSES)[number];

/** Where a call belongs that sent an operation header. */
export interface OperationGrouping {
  readonly operationKey: string | null;
  /** Null where the call is in no run. */
  readonly runId: string | null;
  readonly status: GroupingStatus;
}

/** What is known of a call when it is grouped. One of key and run id at least is given. */
export interface CallToGroup {
  /** Null for a call that concerns no project. */
  readonly projectId: number | null;
  /** Null for the admin credential. */
  readonly tokenId: number | null;
  readonly operationKey: string | null;
  readonly runId: string | null;
}

/** Puts calls into runs. It is told of their ends as every observer is (`finished-requests.ts`). */
export interface OperationGrouper {
  /** Null where everything is at hand that `group` needs; else what to wait for. It never takes long, and never rejects. */
  recall(call: CallToGroup): Promise<void> | null;
  /** Begins the call in its run. Decides at once, so that of calls that come together each sees what the others have begun. */
  group(call: CallToGroup): OperationGrouping;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Null where no operation header was sent, and where the request is not authenticated. */
    grouping: OperationGrouping | null;
  }
}

/** What was sent in the two headers; null without either. Of a header that was sent twice, Node has made one that is invalid. */
export function operationHeaders({ headers }: FastifyRequest): OperationHeaders | null {
  const key = headers['x-operation-key'];
  const runId = headers['x-operation-run-id'];
  if (key === undefined && runId === undefined) return null;
  const valid = isValid(key) && isValid(runId);
  return valid ? { operationKey: key ?? null, runId: runId ?? null } : INVALID;
}

export type OperationHeaders = Pick<CallToGroup, 'operationKey' | 'runId'> | typeof INVALID;

const INVALID = 'invalid';
/** Of both headers, as a schema has it. */
export const OPERATION_HEADER_FORM = {
  pattern: '^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$',
  [ALLOWED_KEYWORD]: '1 to 128 letters, digits or any of "._:-", beginning with a letter or a digit',
};
const FORM = new RegExp(OPERATION_HEADER_FORM.pattern);

function isValid(header: string | string[] | undefined): header is string | undefined {
  return header === undefined || (typeof header === 'string' && FORM.test(header));
}

/** A bad header fails no call: the call is in no run. */
export const REJECTED: OperationGrouping = {
  operationKey: null,
  runId: null,
  status: 'rejected_invalid_header',
};
