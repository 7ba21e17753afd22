import type { LoggedCall } from '../../activity/request-log/logged-call.ts';

let calls = 0;

/** A call in the form of the log, at the given time or now, with a new id. */
export function loggedCall(call: Partial<LoggedCall> = {}, startedMs = Date.now()): LoggedCall {
  const digits = new Date(startedMs).toISOString().replaceAll(/[-:]/g, '');
  const [second = '', millis = ''] = digits.split(/[.Z]/);
  calls += 1;
  return {
    requestId: `req_${second}_${millis}${String(calls % 1_000).padStart(3, '0')}Z_${calls.toString(16).padStart(12, '0')}`,
    projectId: 1,
    tokenId: 7,
    method: 'GET',
    route: '/projects/:project/tables',
    status: 200,
    errorCode: null,
    durationMs: 2.5,
    bytesIn: 0,
    bytesOut: 120,
    traceId: null,
    endedAtMs: startedMs + 3,
    operationKey: null,
    run: null,
    ...call,
  };
}
