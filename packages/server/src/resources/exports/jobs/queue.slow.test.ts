import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  requestOf,
  ENDLESS,
  exportLater,
  exportNow,
  listExports,
  projectOf,
  stones,
  whenExport,
} from '../../../testing/http/exports.ts';
import { startTestServer } from '../../../testing/http/test-server.ts';
import { ExportJobs } from './export-jobs.ts';

test('a hundred exports of a project may wait, and the next is told to come again, while another project has its own', async () => {
  await using server = await startTestServer();
  await projectOf(server, 'busy', ENDLESS);
  await projectOf(server, 'calm', stones(10));
  for (let count = 0; count < 100; count += 1) await exportLater(server, 'busy', 'table/endless');

  for (const headers of [{}, { prefer: 'respond-async' }]) {
    const refused = await requestOf(server, 'busy', 'schema', {}, { headers });
    assert.deepEqual([refused.status, refused.body.error?.code], [429, 'rate_limited']);
    assert.ok(Number(refused.headers.get('retry-after')) > 0);
  }
  assert.equal((await listExports(server, 'busy')).length, 100);

  // One of the other's is made at once, and so is one that nobody waits for.
  assert.equal((await exportNow(server, 'calm', 'table/stone')).status, 'ready');
  const requested = await exportLater(server, 'calm', 'database');
  assert.equal((await whenExport(server, 'calm', requested, 'ready', 'failed')).status, 'ready');

  // There is room again when one is deleted.
  const [newest] = await listExports(server, 'busy');
  assert.equal((await server.call('DELETE', `/projects/busy/exports/${newest?.id}`)).status, 200);
  assert.equal((await requestOf(server, 'busy', 'schema')).status, 201);
});

test('so many exports may be under way in all; who comes then is told to come again', async () => {
  const jobs = new ExportJobs({ perProject: 2, total: 3 });
  const ending = Promise.withResolvers<void>();
  const started = [1, 1, 2].map((project, index) => jobs.run(`exp_${index}`, project, () => ending.promise));
  await assert.rejects(
    jobs.run('exp_3', 1, () => ending.promise),
    { code: 'rate_limited', retryAfterSeconds: 10 },
  );
  await assert.rejects(
    jobs.run('exp_4', 3, () => ending.promise),
    { code: 'unavailable', retryAfterSeconds: 10 },
  );
  ending.resolve();
  await Promise.all(started);
  assert.equal(await jobs.run('exp_5', 3, async () => 'made'), 'made');
});
