import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { timestamp } from '../../../core/ids.ts';
import {
  exportNow,
  filesOf,
  listExports,
  projectOf,
  stones,
  whenExport,
} from '../../../testing/http/exports.ts';
import { startTestServer } from '../../../testing/http/test-server.ts';
import { eventually } from '../../../testing/system/waiting.ts';
import { runSqliteShell } from '../../../testing/tools/sqlite-shell.ts';

const DAY_MS = 86_400_000;

test('an export has an expiry time; a minute later its file is deleted, and its download states the reason', async (context) => {
  const requested = wholeSecond();
  context.mock.timers.enable({ apis: ['setInterval', 'Date'], now: requested });
  await using server = await startTestServer();
  await projectOf(server, 'quarry', stones(3));
  const brief = await exportNow(server, 'quarry', 'table/stone', { expires_in: 90 });
  const kept = await exportNow(server, 'quarry', 'schema');
  const later = await exportNow(server, 'quarry', 'table/stone', { expires_in: 86_400 });
  assert.equal(kept.expires_at, null);
  assert.equal(brief.expires_at, timestamp(new Date(requested + 90_000)));

  context.mock.timers.tick(85_000);
  assert.equal((await server.fetch('GET', brief.download_url)).status, 200);
  // The sweeper may be late, but the file is not served meanwhile.
  context.mock.timers.setTime(requested + 91_000);
  const late = await server.call('GET', brief.download_url);
  assert.deepEqual([late.status, late.body.error?.code], [410, 'export_expired']);
  const listed = async (status: string) =>
    (await listExports(server, 'quarry', `&status=${status}`)).map(({ id }) => id);
  assert.deepEqual(await listed('ready'), [later.id, kept.id]);
  assert.deepEqual(await listed('expired'), [brief.id]);

  context.mock.timers.tick(60_000);
  await eventually(() => filesOf(server.dataDir, 'quarry').length === 2);
  const expired = await whenExport(server, 'quarry', brief, 'expired');
  assert.equal(expired.status_reason, 'The export has expired.');
  const { status, body } = await server.call('GET', brief.download_url);
  assert.deepEqual([status, body.error?.code], [410, 'export_expired']);
  assert.deepEqual(await listed('ready'), [later.id, kept.id]);
  assert.deepEqual(await listed('expired'), [brief.id]);
  // The other export of the same file is not affected.
  assert.equal((await server.fetch('GET', later.download_url)).status, 200);
});

test('the service limits the lifetime of every export', async (context) => {
  const requested = wholeSecond();
  context.mock.timers.enable({ apis: ['Date'], now: requested });
  await using server = await startTestServer({ exportRetentionSeconds: 100 });
  await projectOf(server, 'quarry', stones(3));
  for (const [json, seconds] of [
    [{}, 100],
    [{ expires_in: 1_000_000 }, 100],
    [{ expires_in: 10 }, 10],
  ] as const) {
    const { expires_at } = await exportNow(server, 'quarry', 'table/stone', json);
    assert.equal(expires_at, timestamp(new Date(requested + seconds * 1_000)), JSON.stringify(json));
  }
});

test('an export that expired while the server was down is deleted at its start; one that ended a month ago is removed from the list', async () => {
  await using server = await startTestServer();
  await projectOf(server, 'quarry', stones(3));
  const expired = await exportNow(server, 'quarry', 'table/stone', { expires_in: 1_000 });
  const ended = await exportNow(server, 'quarry', 'schema');
  const catalog = join(server.dataDir, 'catalog.sqlite');
  await server.restart(() => {
    runSqliteShell(
      catalog,
      `UPDATE exports SET expires_at = '${ago(1)}' WHERE id = '${expired.id}';
       UPDATE exports SET status = 'failed', ended_at = '${ago(31)}' WHERE id = '${ended.id}';`,
    );
  });
  assert.deepEqual(filesOf(server.dataDir, 'quarry'), []);
  const listed = await listExports(server, 'quarry');
  assert.deepEqual(
    listed.map(({ id, status }) => [id, status]),
    [[expired.id, 'expired']],
  );
});

/** The current time in whole seconds, as in answers. */
function wholeSecond(): number {
  return Math.floor(Date.now() / 1_000) * 1_000;
}

function ago(days: number): string {
  return timestamp(new Date(Date.now() - days * DAY_MS));
}
