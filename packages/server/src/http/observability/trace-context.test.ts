import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { RowhouseError } from '../../core/errors.ts';
import { startEdgeServer } from '../../testing/http/edge-server.ts';
import type { FinishedRequest } from './finished-requests.ts';
import { traceIdOf } from './trace-context.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

describe('a traceparent', () => {
  test('provides the trace id', () => {
    for (const header of [
      `00-${TRACE}-${PARENT}-01`,
      `00-${TRACE}-${PARENT}-00`,
      `01-${TRACE}-${PARENT}-01`,
      `cc-${TRACE}-${PARENT}-01-what-the-future-will-be`,
    ]) {
      assert.equal(traceIdOf(header), TRACE, header);
    }
  });

  test('is ignored if it is invalid', () => {
    for (const header of [
      undefined,
      '',
      TRACE,
      `00-${TRACE}-${PARENT}`,
      `00-${TRACE}-${PARENT}-01-`,
      `00-${TRACE}-${PARENT}-01-more`,
      `00-${TRACE}-${PARENT}-01.more`,
      `cc-${TRACE}-${PARENT}-01.more`,
      `ff-${TRACE}-${PARENT}-01`,
      `0-${TRACE}-${PARENT}-01`,
      `00-${TRACE.toUpperCase()}-${PARENT}-01`,
      `00-${TRACE.slice(1)}-${PARENT}-01`,
      `00-${'0'.repeat(32)}-${PARENT}-01`,
      `00-${TRACE}-${'0'.repeat(16)}-01`,
      `00-${TRACE}-${PARENT}-0g`,
      ` 00-${TRACE}-${PARENT}-01`,
      `00-${TRACE}-${PARENT}-01, 00-${TRACE}-${PARENT}-01`,
    ]) {
      assert.equal(traceIdOf(header), null, String(header));
    }
  });

  test('is in the log line of an error, and in the report of the request', async () => {
    const finished: FinishedRequest[] = [];
    await using server = await startEdgeServer(
      (app) => {
        app.get('/broken', { config: { access: 'public' } }, () => {
          throw new RowhouseError('internal_error', 'It broke.');
        });
      },
      { observers: [(one) => finished.push(one)] },
    );
    for (const traceparent of [`00-${TRACE}-${PARENT}-01`, 'nonsense']) {
      await (await fetch(`${server.url}/broken`, { headers: { traceparent } })).text();
    }
    const [traced, untraced] = server.log
      .map((line) => JSON.parse(line))
      .filter(({ err }) => err !== undefined);
    assert.equal(traced.trace_id, TRACE);
    assert.equal(untraced.trace_id, undefined);
    assert.deepEqual(
      [traced.request_id, untraced.request_id],
      [finished[0]?.requestId, finished[1]?.requestId],
    );
    assert.deepEqual(
      finished.map(({ traceId }) => traceId),
      [TRACE, null],
    );
  });
});
