import assert from 'node:assert/strict';
import test from 'node:test';

import { RowhouseError } from '../errors.ts';
import { startEdgeServer } from '../testing/edge-server.ts';
import type { FinishedRequest } from './finished-requests.ts';

test('each request that is over is told of, with its route and its failure, and nothing of what was in it', async () => {
  const finished: FinishedRequest[] = [];
  await using server = await startEdgeServer(
    (app) => {
      app.get('/kept', { config: { access: 'public' } }, () => ({ secret: 'not told' }));
      app.get('/refused', { config: { access: 'public', errors: ['conflict'] } }, () => {
        throw new RowhouseError('conflict', 'No.');
      });
    },
    { observers: [(one) => finished.push(one)] },
  );
  const ids: (string | null)[] = [];
  for (const path of ['/kept', '/refused', '/nowhere']) {
    const answer = await fetch(server.url + path);
    await answer.text();
    ids.push(answer.headers.get('x-request-id'));
  }
  assert.deepEqual(
    finished.map(({ requestId, method, route, status, errorCode }) => [
      requestId,
      method,
      route,
      status,
      errorCode,
    ]),
    [
      [ids[0], 'GET', '/kept', 200, null],
      [ids[1], 'GET', '/refused', 409, 'conflict'],
      [ids[2], 'GET', null, 404, 'not_found'],
    ],
  );
  assert.ok(finished.every(({ durationMs, credential }) => durationMs > 0 && credential === null));
  assert.doesNotMatch(JSON.stringify(finished), /not told/);
});
