import assert from 'node:assert/strict';
import { after, describe } from 'node:test';

import { assertKeys, type Data, GROUPED_ENVELOPE_KEYS, TIMESTAMP } from './answer.ts';
import { documented, ours } from './contract.ts';
import { type CallOptions, openService } from './tested-service.ts';
import { refusesEach } from './wrong-fields.ts';

const service = await openService();
after(() => service.close());
const { path, accept, refuse, fetch } = service;

const RUN_KEYS = [
  'operation_run_id',
  'operation_key',
  'status',
  'active',
  'continues_run_id',
  'continued_by_run_id',
  'started_at',
  'last_activity_at',
  'duration_ms',
  'calls',
  'failed_calls',
  'first_error_code',
  'first_error_status',
];
const CALL_KEYS = [
  'request_id',
  'method',
  'route',
  'status',
  'error_code',
  'token_id',
  'started_at',
  'start_offset_ms',
  'duration_ms',
  'gap_before_ms',
  'bytes_in',
  'bytes_out',
  'operation_key',
  'trace_id',
];
const REQUEST_KEYS = [
  'request_id',
  'method',
  'route',
  'status',
  'error_code',
  'token_id',
  'started_at',
  'duration_ms',
  'bytes_in',
  'bytes_out',
  'operation_key',
  'operation_run_id',
  'trace_id',
];
const PAGE_KEYS = ['limit', 'returned', 'has_more', 'next_cursor'];
const NEW_RUN = /^oprun_\d{8}T\d{6}_\d{6}Z_[0-9a-f]{12}$/;

/** Unique for this run of the suite: a given project may have earlier runs. */
const suffix = service.tableName('journey').slice('journey_'.length);
const key = (name: string) => `${name}-${suffix}`;

/** A header value as bytes: one character for each byte of its UTF-8 form. */
const utf8 = (text: string) => Buffer.from(text, 'utf8').toString('latin1');

interface Grouped {
  readonly body: Data;
  readonly key: string | null;
  readonly run: string | null;
  readonly status: string;
}

async function call(headers: Readonly<Record<string, string>>, below = 'tables', options: CallOptions = {}) {
  const response = await fetch('GET', `${path}/${below}`, undefined, { ...options, headers });
  const body: Data = await response.json();
  return { response, body };
}

/** A call whose envelope must have operation fields. */
async function grouped(headers: Readonly<Record<string, string>>, below?: string): Promise<Grouped> {
  const { body } = await call(headers, below);
  assert.deepEqual(Object.keys(body), GROUPED_ENVELOPE_KEYS);
  const { operation_key, operation_run_id, operation_grouping_status } = body;
  return { body, key: operation_key, run: operation_run_id, status: operation_grouping_status };
}

describe('the headers of an operation', () => {
  documented('a run id in a request is used and returned, with its key', async () => {
    const headers = { 'x-operation-key': key('edit-profile-email'), 'x-operation-run-id': key('run') };
    const answer = await grouped(headers);
    assert.deepEqual(
      [answer.key, answer.run, answer.status],
      [key('edit-profile-email'), key('run'), 'accepted_provided_run'],
    );
  });

  ours('a run id without a key has the key of its run, or none', async () => {
    const run = key('keyless');
    assert.equal((await grouped({ 'x-operation-run-id': run })).key, null);
    await grouped({ 'x-operation-run-id': run, 'x-operation-key': 'later' });
    assert.equal((await grouped({ 'x-operation-run-id': run })).key, 'later');
  });

  ours('a key without a run id starts a run, and later calls continue it', async () => {
    const headers = { 'x-operation-key': key('alone') };
    const first = await grouped(headers);
    assert.equal(first.status, 'started_new_run');
    assert.match(String(first.run), NEW_RUN);
    const second = await grouped(headers);
    assert.deepEqual([second.run, second.status], [first.run, 'continued_active_run']);
    const other = await grouped({ 'x-operation-key': key('another') });
    assert.equal(other.status, 'started_new_run');
    assert.notEqual(other.run, first.run);
  });

  ours('an invalid header does not fail the call, and the call has no run', async () => {
    const bad = [
      ...['', '-a', '.a', 'a b', 'a/b', 'a,b', 'x'.repeat(129)].map((run) => ({ 'x-operation-run-id': run })),
      ...['', utf8('x'.repeat(129)), utf8('🦊'.repeat(129)), 'a\tb', '\u00ff', utf8('a\u0085b')].map(
        (label) => ({ 'x-operation-key': label }),
      ),
      { 'x-operation-key': '', 'x-operation-run-id': 'a b' },
    ];
    for (const headers of bad) {
      const answer = await grouped(headers);
      assert.equal(answer.body.ok, true);
      assert.deepEqual([answer.key, answer.run, answer.status], [null, null, 'rejected_invalid_header']);
    }
    const longest = `${key('x').padEnd(127, '.')}Z`;
    assert.equal((await grouped({ 'x-operation-run-id': longest })).run, longest);
  });

  documented(
    'a key is text for people: any UTF-8 text of 128 characters without control characters',
    async () => {
      const labels = ['Edit profile email', 'Ünïcode → 漢字 🦊', 'a, b: "c"', '-', '🦊'.repeat(128)];
      for (const [index, label] of labels.entries()) {
        const run = key(`labelled-${index}`);
        const answer = await grouped({ 'x-operation-key': utf8(label), 'x-operation-run-id': run });
        assert.deepEqual([answer.key, answer.run, answer.status], [label, run, 'accepted_provided_run']);
        const alone = await grouped({ 'x-operation-key': utf8(label) });
        assert.equal(alone.key, label);
        const found = await call({}, `operations?operation_key=${encodeURIComponent(label)}`);
        assert.equal(found.body.data.returned, 1, label);
      }
    },
  );

  ours('an invalid header does not drop the other one, which determines the status', async () => {
    const run = key('valid-run');
    const withoutKey = await grouped({ 'x-operation-key': '', 'x-operation-run-id': run });
    assert.deepEqual(
      [withoutKey.key, withoutKey.run, withoutKey.status],
      [null, run, 'accepted_provided_run'],
    );
    const label = key('valid key');
    const withoutRun = await grouped({ 'x-operation-key': label, 'x-operation-run-id': 'a b' });
    assert.deepEqual([withoutRun.key, withoutRun.status], [label, 'started_new_run']);
    assert.match(String(withoutRun.run), NEW_RUN);
  });

  ours('a download has the operation fields as headers', async () => {
    const made = await fetch('POST', `${path}/export/schema`, {});
    const { download_url } = ((await made.json()) as Data).data.export;
    const headers = { 'x-operation-key': utf8('Für später'), 'x-operation-run-id': key('download') };
    const response = await fetch('GET', download_url, undefined, { headers });
    assert.equal(response.status, 200);
    await response.arrayBuffer();
    assert.equal(
      Buffer.from(response.headers.get('x-operation-key') ?? '', 'latin1').toString(),
      'Für später',
    );
    assert.equal(response.headers.get('x-operation-run-id'), key('download'));
    assert.equal(response.headers.get('x-operation-grouping-status'), 'accepted_provided_run');
  });

  documented('errors also contain the operation fields', async () => {
    const answer = await grouped({ 'x-operation-run-id': key('failing') }, 'table/nobody');
    assert.equal(answer.body.error.code, 'not_found');
    assert.equal(answer.run, key('failing'));
  });

  ours('an unauthenticated call, or one without the headers, has no operation fields', async () => {
    const keys = ['ok', 'data', 'error', 'request_id', 'meta'];
    assert.deepEqual(Object.keys((await call({})).body), keys);
    const headers = { 'x-operation-run-id': key('nobody') };
    assert.deepEqual(Object.keys((await call(headers, 'tables', { token: null })).body), keys);
    assert.deepEqual(Object.keys((await call(headers, 'tables', { token: 'pat_x' })).body), keys);
  });

  ours(
    'another token has separate runs by key, and shares the runs whose id it sends',
    async () => {
      const made = await accept(201, 'POST', `${path}/auth/tokens`, { revoke_previous: false });
      const options = { token: String(made.token.token) };
      const headers = { 'x-operation-key': key('shared') };
      const mine = await grouped(headers);
      const theirs = (await call(headers, 'tables', options)).body;
      assert.equal(theirs.operation_grouping_status, 'started_new_run');
      assert.notEqual(theirs.operation_run_id, mine.run);
      const sent = { 'x-operation-run-id': String(mine.run) };
      const shared = (await call(sent, 'tables', options)).body;
      assert.deepEqual(
        [shared.operation_run_id, shared.operation_key, shared.operation_grouping_status],
        [mine.run, key('shared'), 'accepted_provided_run'],
      );
      assert.equal((await accept(200, 'GET', `${path}/operations/${mine.run}`)).operation.calls, 2);
    },
    { needs: 'projects' },
  );
});

describe('GET /projects/{p}/operations/{run_id}', () => {
  ours('returns the run, and its calls in order', async () => {
    const headers = {
      'x-operation-run-id': key('read'),
      'x-operation-key': key('reading'),
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    };
    const ids = [];
    for (const below of ['tables', 'table/nobody', 'tables']) {
      ids.push((await grouped(headers, below)).body.request_id);
    }
    const data = await accept(200, 'GET', `${path}/operations/${key('read')}`);
    assertKeys(data, ['operation', 'calls', ...PAGE_KEYS]);
    assertKeys(data.operation, RUN_KEYS);
    const { calls, failed_calls, first_error_code, first_error_status, status, active } = data.operation;
    assert.deepEqual(
      [calls, failed_calls, first_error_code, first_error_status, status, active],
      [3, 1, 'not_found', 404, 'failed', true],
    );
    assert.match(data.operation.started_at, TIMESTAMP);
    assert.match(data.operation.last_activity_at, TIMESTAMP);
    assert.deepEqual(
      data.calls.map(({ request_id }: Data) => request_id),
      ids,
    );
    for (const one of data.calls) {
      assertKeys(one, CALL_KEYS);
      assert.ok(one.duration_ms > 0 && one.gap_before_ms >= 0 && one.bytes_out > 0);
      assert.equal(one.trace_id, '4bf92f3577b34da6a3ce929d0e0e4736');
    }
    assert.deepEqual([data.calls[0].method, data.calls[0].route], ['GET', '/projects/{project}/tables']);
    assert.deepEqual([data.calls[0].start_offset_ms, data.calls[0].gap_before_ms], [0, 0]);
    await refuse('not_found', 'GET', `${path}/operations/${key('never')}`);
  });

  ours('counts concurrent calls', async () => {
    const headers = { 'x-operation-run-id': key('together') };
    await Promise.all(Array.from({ length: 50 }, () => grouped(headers)));
    const first = await accept(200, 'GET', `${path}/operations/${key('together')}?limit=30`);
    const more = `?limit=30&cursor=${first.next_cursor}`;
    const second = await accept(200, 'GET', `${path}/operations/${key('together')}${more}`);
    assert.equal(first.operation.calls, 50);
    assert.deepEqual([first.calls.length, second.calls.length, second.next_cursor], [30, 20, null]);
  });

  refusesEach(
    service,
    { method: 'GET', path: `${path}/operations/any` },
    { 'query.limit': ['0', '501', 'many'], 'query.cursor': ['x'], 'query.colour': ['red'] },
  );
});

describe('GET /projects/{p}/operations', () => {
  ours('lists runs, the latest first, by key and by status', async () => {
    const named = { 'x-operation-key': key('listed') };
    await grouped({ ...named, 'x-operation-run-id': key('first') });
    await grouped({ ...named, 'x-operation-run-id': key('second') }, 'table/nobody');
    const ask = (question: string) =>
      accept(200, 'GET', `${path}/operations?operation_key=${key('listed')}${question}`);
    const data = await ask('');
    assertKeys(data, ['operations', ...PAGE_KEYS]);
    for (const run of data.operations) assertKeys(run, RUN_KEYS);
    assert.deepEqual(runIdsOf(data), [key('second'), key('first')]);
    assert.deepEqual(runIdsOf(await ask('&status=failed')), [key('second')]);
    assert.deepEqual(runIdsOf(await ask('&status=active')), [key('first')]);
    assert.equal((await ask('&sort=slowest&since=2020-01-01T00:00:00Z')).returned, 2);
    assert.equal((await ask('&until=2020-01-01T00:00:00Z')).returned, 0);
    assert.equal((await ask('&since=2020-01-01T00:00:00.000Z')).returned, 2);
    assert.equal((await ask('&until=2020-01-01T00:00:00.5%2B02:00')).returned, 0);
    const page = await ask('&limit=1');
    assert.deepEqual([page.returned, page.has_more], [1, true]);
    assert.deepEqual(runIdsOf(await ask(`&limit=1&cursor=${page.next_cursor}`)), [key('first')]);
  });

  refusesEach(
    service,
    { method: 'GET', path: `${path}/operations` },
    {
      'query.operation_key': ['', ' ', 'a\u0000b'],
      'query.status': ['gone', 'Failed', ''],
      'query.sort': ['fastest', ''],
      'query.since': ['yesterday', '2026-02-30T00:00:00Z', ''],
      'query.until': ['2026-01-01', '2026-01-01T24:00:00Z'],
      'query.limit': ['0', '501', '-1', 'many'],
      'query.cursor': ['x', ''],
      'query.colour': ['red'],
    },
  );
});

describe('GET /projects/{p}/requests', () => {
  ours('returns each call, by its id and in a list, the latest first', async () => {
    const headers = { 'x-operation-run-id': key('single') };
    const { body } = await grouped(headers, 'table/nobody');
    const data = await accept(200, 'GET', `${path}/requests/${body.request_id}`);
    assertKeys(data, ['request']);
    assertKeys(data.request, REQUEST_KEYS);
    const { request_id, method, route, status, error_code, operation_run_id } = data.request;
    assert.deepEqual(
      [request_id, method, route, status, error_code, operation_run_id],
      [body.request_id, 'GET', '/projects/{project}/table/{table}', 404, 'not_found', key('single')],
    );
    for (const question of ['status=404', 'status=4xx', 'error_code=not_found']) {
      const list = await accept(200, 'GET', `${path}/requests?limit=1&${question}`);
      assertKeys(list, ['requests', ...PAGE_KEYS]);
      assert.equal(list.requests[0].request_id, body.request_id, question);
    }
    for (const id of ['x', 'req_20260101T000000_000000Z_000000000000']) {
      await refuse('not_found', 'GET', `${path}/requests/${id}`);
    }
  });

  refusesEach(
    service,
    { method: 'GET', path: `${path}/requests` },
    {
      'query.status': ['ok', '600', '40x', ''],
      'query.error_code': ['nonsense', ''],
      'query.since': ['yesterday'],
      'query.until': ['2026-01-01'],
      'query.limit': ['0', '501'],
      'query.cursor': ['x'],
      'query.colour': ['red'],
    },
  );
});

function runIdsOf({ operations }: Data): readonly string[] {
  return operations.map(({ operation_run_id }: Data) => operation_run_id);
}
