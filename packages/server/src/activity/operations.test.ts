import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';

import { type Answer, fieldsAtFault, startTestServer } from '../testing/http/test-server.ts';

const WINDOW_MS = 420_000;
const clock = { movedMs: 0 };
const server = await startTestServer({}, { now: () => Date.now() + clock.movedMs });
after(() => server[Symbol.asyncDispose]());
const token = await server.createProject('shop');

interface Sent {
  readonly method?: string;
  readonly json?: unknown;
  readonly key?: string;
  readonly run?: string;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A call below the project. */
function call(
  path: string,
  { method = 'GET', json, key, run, token: asking = token, headers = {} }: Sent = {},
) {
  return server.call(method, `/projects/shop/${path}`, {
    token: asking,
    headers: {
      ...headers,
      ...(key !== undefined && { 'x-operation-key': key }),
      ...(run !== undefined && { 'x-operation-run-id': run }),
    },
    ...(json !== undefined && { json }),
  });
}

async function read(path: string, asking = token): Promise<Answer['body']['data']> {
  const { body } = await call(path, { token: asking });
  assert.equal(body.error, null, JSON.stringify(body.error));
  return body.data;
}

/** The ids of all runs that a query finds, in pages of two. */
async function idsOf(question: string): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const more: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const page = await read(`operations?limit=2${question}${more}`);
    assert.equal(page.returned, page.operations.length);
    assert.equal(page.has_more, page.next_cursor !== null);
    ids.push(...page.operations.map((run: { operation_run_id: string }) => run.operation_run_id));
    cursor = page.next_cursor;
  }
  return ids;
}

describe('GET /projects/{p}/operations/{run_id}', () => {
  test('returns each call of the run in order, the failed ones, and the token that sent each', async () => {
    const other = await call('auth/tokens', { method: 'POST', json: { revoke_previous: false } });
    const second: string = other.body.data.token.token;
    const run = 'journey-1';
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const table = { table_name: 'people', columns: [{ column_name: 'email' }] };
    const ids = [];
    const sending: readonly [path: string, sent: Sent][] = [
      ['table', { method: 'POST', json: table, run, key: 'sign-up' }],
      ['records/nobody', { run, token: second }],
      ['records/people?limit=0', { run, headers: { traceparent } }],
      ['records/people/1', { run, method: 'DELETE' }],
    ];
    for (const [path, sent] of sending) ids.push((await call(path, sent)).body.request_id);
    const { operation, calls, ...page } = await read(`operations/${run}`);
    const { started_at, last_activity_at, duration_ms, ...told } = operation;
    assert.deepEqual(told, {
      operation_run_id: run,
      operation_key: 'sign-up',
      status: 'failed',
      active: true,
      continues_run_id: null,
      continued_by_run_id: null,
      calls: 4,
      failed_calls: 3,
      first_error_code: 'not_found',
      first_error_status: 404,
    });
    assert.deepEqual(Object.keys(operation).slice(0, 3), ['operation_run_id', 'operation_key', 'status']);
    assert.ok(started_at <= last_activity_at);
    const isTold = calls.map((one: Record<string, unknown>) => [
      one['request_id'],
      one['method'],
      one['route'],
      one['status'],
      one['error_code'],
      one['trace_id'],
    ]);
    const trace = traceparent.slice(3, 35);
    assert.deepEqual(isTold, [
      [ids[0], 'POST', '/projects/{project}/table', 201, null, null],
      [ids[1], 'GET', '/projects/{project}/records/{table}', 404, 'not_found', null],
      [ids[2], 'GET', '/projects/{project}/records/{table}', 400, 'validation_failed', trace],
      [ids[3], 'DELETE', '/projects/{project}/records/{table}/{id}', 404, 'not_found', null],
    ]);
    assert.notEqual(calls[0].token_id, calls[1].token_id);
    assert.equal(calls[0].bytes_in, JSON.stringify(table).length);
    assert.ok(calls.every((one: Record<string, number>) => (one['bytes_out'] ?? 0) > 100));
    assert.deepEqual(page, { limit: 500, returned: 4, has_more: false, next_cursor: null });
    assertPlaced(calls, duration_ms);
  });

  test('counts every one of 500 concurrent calls', async () => {
    const run = 'stampede';
    const sent = await Promise.all(Array.from({ length: 500 }, () => call('tables', { run, key: 'rush' })));
    assert.ok(sent.every(({ status }) => status === 200));
    const { operation, calls } = await read(`operations/${run}`);
    assert.deepEqual([operation.calls, operation.failed_calls, calls.length], [500, 0, 500]);
    assert.deepEqual(
      calls.map((one: { request_id: string }) => one.request_id).toSorted(),
      sent.map(({ body }) => body.request_id).toSorted(),
    );
    assertPlaced(calls, operation.duration_ms);
  });

  test('returns pages with the same gaps as a single page', async () => {
    const run = 'paged';
    for (let count = 0; count < 7; count++) await call('tables', { run });
    const { calls: whole } = await read(`operations/${run}`);
    const paged = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const more: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const page = await read(`operations/${run}?limit=3${more}`);
      paged.push(...page.calls);
      cursor = page.next_cursor;
    }
    assert.deepEqual(paged, whole);
  });

  test('links a run to its successor, and back', async () => {
    const run = 'links';
    await call('tables', { run });
    clock.movedMs += WINDOW_MS + 1_000;
    const { body } = await call('tables', { run });
    const next = (body as unknown as Record<string, string>)['operation_run_id'];
    const before = (await read(`operations/${run}`)).operation;
    const behind = (await read(`operations/${next}`)).operation;
    assert.deepEqual([before.continued_by_run_id, before.active, before.status], [next, false, 'succeeded']);
    assert.deepEqual([behind.continues_run_id, behind.active, behind.status], [run, true, 'active']);
    assert.equal(behind.calls, 1);
  });

  test('is not_found for an unknown run, and for one of another project', async () => {
    const rival = await server.createProject('rival');
    await call('tables', { run: 'mine' });
    for (const id of ['never-was', 'mi', '%00', 'mine%2F', 'oprun_20260602T012300_000000Z_a1b2c3d4e5f6']) {
      assert.equal((await call(`operations/${id}`)).body.error?.code, 'not_found', id);
    }
    const answer = await server.call('GET', '/projects/rival/operations/mine', { token: rival });
    assert.equal(answer.body.error?.code, 'not_found');
    const nowhere = await server.call('GET', '/projects/nobody/operations/mine');
    assert.equal(nowhere.body.error?.code, 'not_found');
  });
});

describe('GET /projects/{p}/operations', () => {
  test('finds runs by key and status, the latest or the slowest first', async () => {
    const key = 'listed';
    await call('tables', { key, run: 'slow' });
    await call('tables', { key, run: 'bad' });
    await call('records/nobody', { key, run: 'bad' });
    await call('tables', { key, run: 'good' });
    await call('tables', { key, run: 'slow' });
    await call('tables', { key: 'Listed', run: 'unlisted' });
    const ofKey = `&operation_key=${key}`;
    assert.deepEqual(await idsOf(ofKey), ['good', 'bad', 'slow']);
    assert.equal((await idsOf(`${ofKey}&sort=slowest`))[0], 'slow');
    assert.equal((await idsOf(`${ofKey}&sort=slowest`)).length, 3);
    assert.deepEqual(await idsOf(`${ofKey}&status=failed`), ['bad']);
    assert.deepEqual(await idsOf(`${ofKey}&status=active`), ['good', 'slow']);
    assert.deepEqual(await idsOf(`${ofKey}&status=succeeded`), []);
    clock.movedMs += WINDOW_MS + 1_000;
    assert.deepEqual(await idsOf(`${ofKey}&status=active`), []);
    assert.deepEqual(await idsOf(`${ofKey}&status=succeeded&sort=slowest`), ['slow', 'good']);
    assert.deepEqual(await idsOf(`${ofKey}&status=failed&sort=slowest`), ['bad']);
  });

  test('finds runs by the time of their start', async () => {
    await call('tables', { key: 'dated', run: 'dated' });
    const { started_at } = (await read('operations/dated')).operation;
    const next = new Date(Date.parse(started_at) + 1_000).toISOString().replace('.000', '');
    for (const sort of ['latest', 'slowest']) {
      const question = `&operation_key=dated&sort=${sort}`;
      assert.deepEqual(await idsOf(`${question}&since=${started_at}&until=${next}`), ['dated']);
      assert.deepEqual(await idsOf(`${question}&since=${next}`), []);
      assert.deepEqual(await idsOf(`${question}&until=${started_at}`), []);
      const elsewhere = encodeURIComponent(inOffset(started_at));
      assert.deepEqual(await idsOf(`${question}&since=${elsewhere}`), ['dated']);
      assert.deepEqual(await idsOf(`${question}&until=${elsewhere}`), []);
    }
  });

  test('skips and repeats no run between pages, even if new runs start meanwhile', async () => {
    for (let count = 0; count < 9; count++) await call('tables', { key: 'many', run: `many-${count}` });
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const more: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const page = await read(`operations?operation_key=many&limit=2${more}`);
      seen.push(...page.operations.map((run: { operation_run_id: string }) => run.operation_run_id));
      await call('tables', { key: 'many', run: `more-${seen.length}` });
      cursor = page.next_cursor;
    }
    assert.deepEqual(
      seen,
      Array.from({ length: 9 }, (_, index) => `many-${8 - index}`),
    );
  });

  test('refuses unknown parameters and names them', async () => {
    for (const [question, field] of [
      ['operation_key=a%00b', 'operation_key'],
      ['operation_key=%20', 'operation_key'],
      ['status=gone', 'status'],
      ['sort=fastest', 'sort'],
      ['since=yesterday', 'since'],
      ['until=2026-02-30T00:00:00Z', 'until'],
      ['limit=501', 'limit'],
      ['cursor=x', 'cursor'],
      [`cursor=${Buffer.from('["latest",1]').toString('base64url')}`, 'cursor'],
      [`cursor=${Buffer.from('["latest",1,"2"]').toString('base64url')}`, 'cursor'],
      [`sort=slowest&cursor=${Buffer.from('["latest",1,2]').toString('base64url')}`, 'cursor'],
      ['colour=red', 'colour'],
    ]) {
      const answer = await call(`operations?${question}`);
      assert.equal(answer.body.error?.code, 'validation_failed', question);
      assert.deepEqual(fieldsAtFault(answer), [`query.${field}`]);
    }
  });

  test('requires a token with the scope project for the whole project', async () => {
    for (const grant of [{ scopes: ['records:read'] }, { scopes: ['project'], tables: ['people'] }]) {
      const json = { revoke_previous: false, ...grant };
      const { body } = await call('auth/tokens', { method: 'POST', json });
      for (const path of ['operations', 'operations/a', 'requests', 'requests/a']) {
        const answer = await call(path, { token: body.data.token.token });
        assert.equal(answer.body.error?.code, 'permission_denied', path);
      }
    }
  });
});

describe('a deleted project', () => {
  test('loses its log: another project with the same slug sees none of it', async () => {
    const before = await server.createProject('brief');
    const headers = { 'x-operation-run-id': 'r', 'x-operation-key': 'edit' };
    const { body } = await server.call('GET', '/projects/brief/tables', { token: before, headers });
    const json = { confirm_project_slug: 'brief' };
    await server.call('DELETE', '/projects/brief', { json, headers });
    const afterwards = await server.createProject('brief');
    const ask = (path: string) => server.call('GET', `/projects/brief/${path}`, { token: afterwards });
    assert.equal((await ask(`requests/${body.request_id}`)).body.error?.code, 'not_found');
    assert.equal((await ask('operations/r')).body.error?.code, 'not_found');
    assert.deepEqual((await ask('operations')).body.data.operations, []);
    const { requests } = (await ask('requests')).body.data;
    assert.equal(requests.length, 3);
    assert.ok(requests.every(({ status }: { status: number }) => status === 404 || status === 200));
  });
});

/** Returns the same time, written with an offset. */
function inOffset(time: string): string {
  return new Date(Date.parse(time) + 7_200_000).toISOString().replace('Z', '+02:00');
}

/** Asserts that each call began no earlier than the one before, and after a gap since the latest end so far. */
function assertPlaced(calls: readonly Readonly<Record<string, number>>[], durationMs: number): void {
  let end = 0;
  let offset = 0;
  for (const { start_offset_ms = -1, duration_ms = -1, gap_before_ms = -1 } of calls) {
    assert.ok(start_offset_ms >= offset);
    assert.ok(duration_ms > 0);
    assert.ok(Math.abs(gap_before_ms - Math.max(0, start_offset_ms - end)) < 0.01);
    offset = start_offset_ms;
    end = Math.max(end, start_offset_ms + duration_ms);
  }
  assert.ok(Math.abs(end - durationMs) < 0.01, `${end} ${durationMs}`);
}
