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

test('a hundred exports of a project may be pending, and the next is refused, while another project has its own limit', async () => {
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

  // Both kinds of exports of the other project are created at once.
  assert.equal((await exportNow(server, 'calm', 'table/stone')).status, 'ready');
  const requested = await exportLater(server, 'calm', 'database');
  assert.equal((await whenExport(server, 'calm', requested, 'ready', 'failed')).status, 'ready');

  // Deleting one makes room for another.
  const [newest] = await listExports(server, 'busy');
  assert.equal((await server.call('DELETE', `/projects/busy/exports/${newest?.id}`)).status, 200);
  assert.equal((await requestOf(server, 'busy', 'schema')).status, 201);
});

test('the number of running exports is limited for each project and in all', () => {
  const jobs = new ExportJobs({ perProject: 2, total: 3 });
  const opened = [1, 1, 2].map((project, index) => jobs.open(`exp_${index}`, project));
  assert.throws(() => jobs.open('exp_3', 1), { code: 'rate_limited', retryAfterSeconds: 10 });
  assert.throws(() => jobs.open('exp_4', 3), { code: 'unavailable', retryAfterSeconds: 10 });
  opened[2]?.end();
  jobs.open('exp_5', 3);
  assert.equal(jobs.size, 3);
});
