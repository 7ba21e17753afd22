import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { type Answer, startTestServer } from '../testing/http/test-server.ts';

const WINDOW_MS = 420_000;
const clock = { movedMs: 0 };
const server = await startTestServer({}, { now: () => Date.now() + clock.movedMs });
after(() => server[Symbol.asyncDispose]());
const token = await server.createProject('shop');

async function grouped(headers: Readonly<Record<string, string>>, asking: string | null = token) {
  const answer: Answer = await server.call('GET', '/projects/shop/tables', {
    headers,
    ...(asking !== null && { token: asking }),
  });
  const { body } = answer as unknown as { readonly body: Readonly<Record<string, string | null>> };
  const { operation_key: key, operation_run_id: run, operation_grouping_status: status } = body;
  return { key: key ?? null, run: String(run), status };
}

test('after a restart a key without a run id continues its run, within the window and for the same token', async () => {
  const first = await grouped({ 'x-operation-key': 'edit' });
  const admins = await grouped({ 'x-operation-key': 'edit' }, null);
  clock.movedMs += 300_000;
  await server.restart();
  clock.movedMs += 60_000;
  const continued = 'continued_active_run';
  assert.deepEqual(await grouped({ 'x-operation-key': 'edit' }), { ...first, status: continued });
  assert.deepEqual(await grouped({ 'x-operation-key': 'edit' }, null), { ...admins, status: continued });
  assert.notEqual(admins.run, first.run);
  await server.restart();
  clock.movedMs += WINDOW_MS + 1_000;
  assert.equal((await grouped({ 'x-operation-key': 'edit' })).status, 'started_new_run');
});

test('after a restart a run id from before still has its key and its window', async () => {
  await grouped({ 'x-operation-run-id': 'sent', 'x-operation-key': 'edit' });
  await server.restart();
  clock.movedMs += WINDOW_MS - 60_000;
  assert.deepEqual(await grouped({ 'x-operation-run-id': 'sent' }), {
    key: 'edit',
    run: 'sent',
    status: 'accepted_provided_run',
  });
  await server.restart();
  clock.movedMs += WINDOW_MS + 1_000;
  const calls = await Promise.all(
    Array.from({ length: 50 }, () => grouped({ 'x-operation-run-id': 'sent' })),
  );
  assert.deepEqual(new Set(calls.map(({ status }) => status)), new Set(['started_new_run_after_idle']));
  assert.equal(new Set(calls.map(({ run }) => run)).size, 1);
});

test('after a restart an old run still leads to its last successor', async () => {
  const headers = { 'x-operation-run-id': 'chained' };
  await grouped(headers);
  const runs = new Set(['chained']);
  let last = 'chained';
  for (let link = 0; link < 3; link++) {
    clock.movedMs += WINDOW_MS + 1_000;
    if (link > 0) await server.restart();
    const next = await grouped(headers);
    assert.equal(next.status, 'started_new_run_after_idle');
    runs.add(next.run);
    last = next.run;
  }
  assert.equal(runs.size, 4);
  await server.restart();
  assert.deepEqual(await grouped(headers), { key: null, run: last, status: 'started_new_run_after_idle' });
});
