import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';

import { type Answer, startTestServer } from '../testing/http/test-server.ts';

const WINDOW_MS = 420_000;
const clock = { movedMs: 0 };
const server = await startTestServer({}, { now: () => Date.now() + clock.movedMs });
after(() => server[Symbol.asyncDispose]());

const token = await server.createProject('shop');
const ENVELOPE_KEYS = ['ok', 'data', 'error', 'request_id', 'meta'];
const GROUPED_KEYS = [
  'ok',
  'data',
  'error',
  'request_id',
  'operation_key',
  'operation_run_id',
  'operation_grouping_status',
  'meta',
];

type Headers = Readonly<Record<string, string>>;

function call(
  headers: Headers,
  path = '/projects/shop/tables',
  asking: string | null = token,
): Promise<Answer> {
  return server.call('GET', path, { token: asking, headers });
}

function callAsAdmin(headers: Headers, path = '/projects/shop/tables'): Promise<Answer> {
  return server.call('GET', path, { headers });
}

function groupingOf({ body }: Answer): readonly (string | null)[] {
  assert.deepEqual(Object.keys(body), GROUPED_KEYS);
  const { operation_key, operation_run_id, operation_grouping_status } = body as unknown as Record<
    string,
    string | null
  >;
  return [operation_key ?? null, operation_run_id ?? null, operation_grouping_status ?? null];
}

describe('the envelope', () => {
  test('has three more keys before meta if an authenticated call sent an operation header', async () => {
    assert.deepEqual(Object.keys((await call({})).body), ENVELOPE_KEYS);
    const both = { 'x-operation-key': 'edit-profile-email', 'x-operation-run-id': 'journey:1.a_b-c' };
    assert.deepEqual(groupingOf(await call(both)), [
      'edit-profile-email',
      'journey:1.a_b-c',
      'accepted_provided_run',
    ]);
    const started = groupingOf(await call({ 'x-operation-key': 'k' }));
    assert.deepEqual([started[0], started[2]], ['k', 'started_new_run']);
    const continued = ['k', started[1], 'continued_active_run'];
    assert.deepEqual(groupingOf(await call({ 'x-operation-key': 'k' })), continued);
  });

  test('has them with pre-rendered data, in errors, and for calls with a body', async () => {
    const headers = { 'x-operation-run-id': 'journey-2' };
    const grouped = [null, 'journey-2', 'accepted_provided_run'];
    const table = { table_name: 'people', columns: [{ column_name: 'email' }] };
    const made = await server.call('POST', '/projects/shop/table', { token, headers, json: table });
    assert.equal(made.status, 201);
    assert.deepEqual(groupingOf(made), grouped);
    const rows = await call(headers, '/projects/shop/records/people');
    assert.deepEqual(rows.body.data.rows, []);
    assert.deepEqual(groupingOf(rows), grouped);
    for (const [path, code] of [
      ['/projects/shop/records/nobody', 'not_found'],
      ['/projects/shop/records/people?limit=many', 'validation_failed'],
      ['/projects', 'permission_denied'],
    ] as const) {
      const failed = await call(headers, path);
      assert.equal(failed.body.error?.code, code);
      assert.deepEqual(groupingOf(failed), grouped);
    }
    const json = { table_name: 7 };
    const refused = await server.call('POST', '/projects/shop/table', { token, headers, json });
    assert.deepEqual(groupingOf(refused), grouped);
  });

  test('has none of them if the call is not authenticated', async () => {
    const headers = { 'x-operation-run-id': 'journey-3', 'x-operation-key': 'k' };
    const other = await server.createProject('other');
    for (const [path, asking] of [
      ['/projects/shop/tables', null],
      ['/projects/shop/tables', 'pat_mistyped'],
      ['/projects/shop/tables', other],
      ['/projects/nobody/tables', token],
      ['/healthz', token],
      ['/nowhere', token],
    ] as const) {
      assert.deepEqual(Object.keys((await call(headers, path, asking)).body), ENVELOPE_KEYS, path);
    }
  });

  test('contains a warning about an invalid header, and the call has no run', async () => {
    const rejected = [null, null, 'rejected_invalid_header'];
    for (const bad of ['', ' ', '\u{fc}', 'x'.repeat(129)]) {
      for (const headers of [
        { 'x-operation-key': bad },
        { 'x-operation-run-id': bad },
        { 'x-operation-key': bad, 'x-operation-run-id': '-a' },
      ]) {
        const answer = await call(headers);
        assert.equal(answer.status, 200);
        assert.deepEqual(groupingOf(answer), rejected, JSON.stringify(headers));
      }
    }
    assert.deepEqual(groupingOf(await call({ 'x-operation-key': '\u{fc}', 'x-operation-run-id': 'good' })), [
      null,
      'good',
      'accepted_provided_run',
    ]);
    const longest = 'x'.repeat(128);
    assert.equal(groupingOf(await call({ 'x-operation-run-id': longest }))[1], longest);
  });
});

describe('over HTTP', () => {
  test('a run is continued until exactly 420 seconds after its last call, and is then succeeded by a new one', async () => {
    const headers = { 'x-operation-run-id': 'window', 'x-operation-key': 'edit' };
    await call(headers);
    clock.movedMs += WINDOW_MS - 60_000;
    assert.equal(groupingOf(await call(headers))[2], 'accepted_provided_run');
    clock.movedMs += WINDOW_MS + 1;
    const next = groupingOf(await call({ 'x-operation-run-id': 'window' }));
    assert.deepEqual([next[0], next[2]], ['edit', 'started_new_run_after_idle']);
    const together = await Promise.all(Array.from({ length: 20 }, () => call(headers)));
    for (const answer of together) assert.deepEqual(groupingOf(answer), next);
  });

  test('the admin credential has separate runs by key, and shares the runs whose id it sends', async () => {
    const mine = groupingOf(await call({ 'x-operation-key': 'shared' }));
    const adminsOwn = groupingOf(await callAsAdmin({ 'x-operation-key': 'shared' }));
    assert.equal(adminsOwn[2], 'started_new_run');
    assert.notEqual(adminsOwn[1], mine[1]);
    const sent = groupingOf(await callAsAdmin({ 'x-operation-run-id': String(mine[1]) }));
    assert.deepEqual(sent, ['shared', mine[1], 'accepted_provided_run']);
    const account = groupingOf(await callAsAdmin({ 'x-operation-run-id': String(mine[1]) }, '/projects'));
    assert.deepEqual(account, [null, mine[1], 'accepted_provided_run']);
    const nowhere = await callAsAdmin({ 'x-operation-key': 'shared' }, '/projects/nobody/tables');
    assert.equal(nowhere.body.error?.code, 'not_found');
    assert.equal(groupingOf(nowhere)[2], 'started_new_run');
  });

  test('a project with the slug of a deleted one has none of its runs', async () => {
    const before = await server.createProject('brief');
    const headers = { 'x-operation-run-id': 'r', 'x-operation-key': 'edit' };
    const path = '/projects/brief/tables';
    await call(headers, path, before);
    await server.call('GET', path, { headers });
    const json = { confirm_project_slug: 'brief' };
    assert.equal((await server.call('DELETE', '/projects/brief', { json, headers })).status, 200);
    const afterwards = await server.createProject('brief');
    for (const asking of [afterwards, undefined]) {
      const only = { headers: { 'x-operation-run-id': 'r' }, ...(asking !== undefined && { token: asking }) };
      assert.deepEqual(groupingOf(await server.call('GET', path, only)), [
        null,
        'r',
        'accepted_provided_run',
      ]);
    }
  });
});
