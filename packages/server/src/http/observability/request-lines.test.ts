import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';

import type { FinishedRequest } from './finished-requests.ts';
import { requestLines } from './request-lines.ts';
import { createServiceLog } from './service-log.ts';

const finished: FinishedRequest = {
  requestId: 'req_1',
  method: 'GET',
  route: '/projects/:project',
  status: 404,
  errorCode: 'not_found',
  durationMs: 1.234_567,
  bytesIn: 0,
  bytesOut: 0,
  projectId: null,
  grouping: null,
  traceId: null,
  credential: { kind: 'admin' },
};

test('the log has a line for each request only at the level debug', () => {
  const lines: string[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  for (const observe of requestLines(createServiceLog('debug', destination))) observe(finished);
  const { time: _time, ...line } = JSON.parse(lines.join(''));
  assert.deepEqual(line, {
    level: 'debug',
    request_id: 'req_1',
    method: 'GET',
    route: '/projects/:project',
    status: 404,
    code: 'not_found',
    duration_ms: 1.235,
    token_id: null,
    session_id: null,
    project: null,
    msg: 'request completed',
  });
  assert.deepEqual(requestLines(createServiceLog('info', destination)), []);
});
