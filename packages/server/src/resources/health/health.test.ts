import assert from 'node:assert/strict';
import { test } from 'node:test';

import { startEdgeServer } from '../../testing/http/edge-server.ts';
import { assertFailure } from '../../testing/http/envelope-assertions.ts';
import { registerHealthRoutes } from './health.routes.ts';

test('a service that is not ready is still healthy', async () => {
  let ready = false;
  await using server = await startEdgeServer((app) => registerHealthRoutes(app, async () => ready));

  const alive = await fetch(`${server.url}/healthz`);
  assert.equal(alive.status, 200);
  assert.match(await alive.text(), /"data":\{"status":"alive"\}/);
  const response = await fetch(`${server.url}/readyz`);
  await assertFailure(response, 'unavailable');
  assert.equal(response.headers.get('retry-after'), '1');

  ready = true;
  const now = await fetch(`${server.url}/readyz`);
  assert.equal(now.status, 200);
  assert.match(await now.text(), /"data":\{"status":"ready"\}/);
});

test('if the readiness check fails, the service is not ready', async () => {
  await using server = await startEdgeServer((app) =>
    registerHealthRoutes(app, () => Promise.reject(new Error('catalog gone'))),
  );
  const error = await assertFailure(await fetch(`${server.url}/readyz`), 'unavailable');
  assert.doesNotMatch(error.message, /catalog/);
});
