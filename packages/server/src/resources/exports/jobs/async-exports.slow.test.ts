import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';

import {
  requestOf,
  download,
  ENDLESS,
  exportLater,
  exportNow,
  filesOf,
  findExport,
  listExports,
  type Manifest,
  projectOf,
  stones,
  whenExport,
} from '../../../testing/http/exports.ts';
import { startTestServer, type TestServer } from '../../../testing/http/test-server.ts';
import { eventually } from '../../../testing/system/waiting.ts';

test('an asynchronous export is pending, then running, then ready, and its progress rises to the number of rows', async () => {
  await using server = await startTestServer();
  await projectOf(server, 'quarry', stones(400_000));

  const headers = { prefer: 'respond-async' };
  const {
    status,
    headers: answered,
    body,
  } = await requestOf(server, 'quarry', 'table/stone', {}, { headers });
  assert.equal(status, 202);
  assert.equal(answered.get('preference-applied'), 'respond-async');
  const requested: Manifest = body.data.export;
  assert.equal(requested.status, 'pending');
  assert.equal(requested.size_bytes, null);
  assert.equal(requested.sha256, null);

  const seen = await watch(server, 'quarry', requested);
  assert.deepEqual([...new Set(seen.map((each) => each.status))], ['running', 'ready']);
  const steps = seen.flatMap(({ progress }) => (progress === null ? [] : [progress]));
  assert.ok(steps.length > 2, `${steps.length} steps were seen`);
  for (const { total, unit } of steps) assert.deepEqual([total, unit], [400_000, 'rows']);
  assertRises(steps);

  const ready = await findExport(server, 'quarry', requested);
  assert.equal(ready.row_count, 400_000);
  assert.equal(ready.progress, null);
  const bytes = await download(server, ready);
  assert.equal(bytes.byteLength, ready.size_bytes);
  assert.equal(createHash('sha256').update(bytes).digest('hex'), ready.sha256);
});

test('the progress of a database copy is counted in bytes, in every answer', async () => {
  await using server = await startTestServer();
  await projectOf(server, 'quarry', stones(400_000));
  const requested = await exportLater(server, 'quarry', 'database', { format: 'sqlite' });

  const seen = await watch(server, 'quarry', requested);
  const steps = seen.flatMap(({ progress }) => (progress === null ? [] : [progress]));
  const ready = await whenExport(server, 'quarry', requested, 'ready');
  for (const { total, unit, done } of steps) {
    assert.equal(unit, 'bytes');
    assert.ok(total !== null && done <= total);
    assert.ok(Math.abs(total - ready.size_bytes) < 100_000, `${total} was foretold of ${ready.size_bytes}`);
  }
  assert.ok(steps.some(({ done }) => done > 0));
  assertRises(steps);
});

test('without Prefer: respond-async the answer is 201 with a ready export', async () => {
  await using server = await startTestServer();
  await projectOf(server, 'quarry', stones(10));
  for (const headers of [{}, { prefer: 'wait=10' }, { prefer: 'respond-asynchronously' }]) {
    const {
      status,
      headers: answered,
      body,
    } = await requestOf(server, 'quarry', 'table/stone', {}, { headers });
    assert.equal(status, 201);
    assert.equal(answered.get('preference-applied'), null);
    assert.equal(body.data.export.status, 'ready');
  }
  const both = { prefer: 'return=minimal, Respond-Async ; x=1' };
  assert.equal((await requestOf(server, 'quarry', 'database', {}, { headers: both })).status, 202);
});

test('an export that cannot be created has the status failed, and its manifest and its download state the reason', async () => {
  await using server = await startTestServer({ exportMaxBytes: 20_000 });
  await projectOf(server, 'quarry', stones(1_000));

  for (const [what, json, reason] of [
    [
      'table/stone',
      { columns: ['colour'] },
      /^validation_failed: body\.columns\[0\] is not a column of stone/,
    ],
    [
      'table/stone',
      { filters: { colour: 'red' } },
      /^validation_failed: body\.filters\.colour is not a column of stone/,
    ],
    [
      'table/stone',
      { filters: [{ column: 'colour', value: 'red' }] },
      /^validation_failed: body\.filters\[0\]\.column is not a column of stone/,
    ],
    [
      'database',
      { format: 'json', table_options: { stone: { filters: { colour: 'red' } } } },
      /^validation_failed: body\.table_options\.stone\.filters\.colour is not a column of stone/,
    ],
    ['table/pebble', {}, /^not_found: There is no such table/],
    ['table/stone', {}, /^conflict: The export exceeds the limit of 20000 bytes/],
    ['database', { format: 'sqlite' }, /^conflict: The export exceeds the limit of 20000 bytes/],
    ['database', { format: 'json' }, /^conflict: The export exceeds the limit of 20000 bytes/],
    ['database', { format: 'sql' }, /^conflict: The export exceeds the limit of 20000 bytes/],
    ['database', { format: 'zip' }, /^conflict: The export exceeds the limit of 20000 bytes/],
  ] as const) {
    const requested = await exportLater(server, 'quarry', what, json);
    const failed = await whenExport(server, 'quarry', requested, 'failed', 'ready');
    assert.equal(failed.status, 'failed', what);
    assert.match(failed.status_reason ?? '', reason, what);
    const { status, body } = await server.call('GET', requested.download_url);
    assert.equal(status, 409);
    assert.equal(body.error?.code, 'export_failed');
    assert.ok(body.error.message.includes(failed.status_reason ?? '?'));
    assert.deepEqual(filesOf(server.dataDir, 'quarry'), []);
  }
  // A synchronous request gets the same error, and leaves no export.
  const before = await listExports(server, 'quarry');
  const large = await requestOf(server, 'quarry', 'table/stone');
  assert.deepEqual([large.status, large.body.error?.code], [409, 'conflict']);
  assert.deepEqual(await listExports(server, 'quarry'), before);
});

test('an export without end is stopped at its time limit, fails, and states the reason', async () => {
  await using server = await startTestServer({ exportTimeoutSeconds: 1 });
  await projectOf(server, 'quarry', ENDLESS);
  const requested = await exportLater(server, 'quarry', 'table/endless');
  const failed = await whenExport(server, 'quarry', requested, 'failed', 'ready');
  assert.match(failed.status_reason ?? '', /^query_timeout: .*1000 ms/);
  assert.deepEqual(filesOf(server.dataDir, 'quarry'), []);
  const before = await listExports(server, 'quarry');
  const late = await requestOf(server, 'quarry', 'table/endless');
  assert.deepEqual([late.status, late.body.error?.code], [504, 'query_timeout']);
  assert.deepEqual(await listExports(server, 'quarry'), before);
});

test('an export that is pending or running cannot be downloaded or linked to yet', async () => {
  await using server = await startTestServer();
  await projectOf(server, 'quarry', ENDLESS);
  const running = await exportLater(server, 'quarry', 'table/endless');
  await whenExport(server, 'quarry', running, 'running');
  const pending = await exportLater(server, 'quarry', 'table/endless');

  for (const { id, download_url } of [running, pending]) {
    const { status, body } = await server.call('GET', download_url);
    assert.deepEqual([status, body.error?.code], [409, 'export_not_ready']);
    const link = await server.call('POST', `/projects/quarry/exports/${id}/link`);
    assert.equal(link.body.error?.code, 'export_not_ready');
  }
  const statuses = (await listExports(server, 'quarry')).map(({ status }) => status);
  assert.deepEqual(statuses, ['pending', 'running']);
  for (const status of ['pending', 'running', 'ready', 'failed'] as const) {
    const listed = await listExports(server, 'quarry', `&status=${status}`);
    assert.equal(listed.length, statuses.filter((each) => each === status).length, status);
  }
});

test('a table that is requested by its id or in another case is exported under its own name, also while it is running', async () => {
  await using server = await startTestServer();
  await projectOf(server, 'quarry', stones(10));
  const { body } = await server.call('GET', '/projects/quarry/table/stone');
  for (const [offset, name] of [String(body.data.table.id), 'STONE'].entries()) {
    // Different requests, because the same one would reuse the first export.
    const requested = await exportLater(server, 'quarry', `table/${name}`, { format: 'json', offset });
    assert.deepEqual([requested.table, requested.download_name], ['stone', 'stone.json']);
    const ready = await whenExport(server, 'quarry', requested, 'ready');
    assert.deepEqual([ready.table, ready.download_name], ['stone', 'stone.json']);
    const waited = await exportNow(server, 'quarry', `table/${name}`);
    assert.deepEqual([waited.table, waited.download_name], ['stone', 'stone.csv']);
  }
});

test('exports that become ready during a list are never reported as missing', async () => {
  await using server = await startTestServer();
  await projectOf(server, 'quarry', stones(100));
  const wanted = Array.from({ length: 60 }, (_, limit) => limit);
  const requested = Promise.all(
    wanted.map((limit) => exportLater(server, 'quarry', 'table/stone', { limit })),
  );
  for (let ready = 0; ready < wanted.length;) {
    assert.deepEqual(await listExports(server, 'quarry', '&status=not_found'), []);
    ready = (await listExports(server, 'quarry', '&status=ready')).length;
  }
  await requested;
});

/** Every different state of an export until it is ready, alone and in the list. */
async function watch(server: TestServer, project: string, requested: Manifest): Promise<readonly Manifest[]> {
  const seen: Manifest[] = [];
  await eventually(async () => {
    const [listed] = await listExports(server, project);
    assert.ok(listed !== undefined);
    const found = await findExport(server, project, requested);
    // The export is pending only briefly, so that status may not be seen.
    seen.push(...[listed, found].filter(({ status }) => status !== 'pending'));
    assert.ok(['pending', 'running', 'ready'].includes(found.status), found.status_reason ?? '');
    return found.status === 'ready';
  });
  return seen;
}

function assertRises(steps: readonly { readonly done: number }[]): void {
  const done = steps.map((step) => step.done);
  assert.deepEqual(
    done.toSorted((a, b) => a - b),
    done,
  );
  assert.ok(new Set(done).size > 1, `it was ${done.join(', ')}`);
}
