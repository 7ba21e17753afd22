import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { after, describe, test } from 'node:test';

import { borrowTestServer } from '../testing/http/borrowed-server.ts';
import { fieldsAtFault } from '../testing/http/test-server.ts';
import { eventually } from '../testing/system/waiting.ts';

const server = await borrowTestServer();
after(() => server[Symbol.asyncDispose]());

interface Logged {
  readonly request_id: string;
  readonly route: string;
  readonly status: number;
}

/** Creates a project, and returns functions that query its log. */
async function startProject(slug: string) {
  const token = await server.createProject(slug);
  const call = (path: string, headers: Readonly<Record<string, string>> = {}) =>
    server.call('GET', `/projects/${slug}/${path}`, { token, headers });
  const list = async (question = ''): Promise<readonly Logged[]> => {
    const found: Logged[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const more: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const { body } = await call(`requests?limit=3${question}${more}`);
      assert.equal(body.error, null, JSON.stringify(body.error));
      found.push(...body.data.requests);
      cursor = body.data.next_cursor;
    }
    return found.filter(({ route }) => !route.endsWith('/requests'));
  };
  return { token, call, list };
}

describe('GET /projects/{p}/requests', () => {
  test('returns the calls of the project, the latest first, for any of its tokens and the admin credential', async () => {
    const { call, list } = await startProject('shop');
    const ids = [];
    for (let count = 0; count < 5; count++) ids.unshift((await call('tables')).body.request_id);
    ids.unshift((await server.call('GET', '/projects/shop/tables')).body.request_id);
    await server.call('GET', '/projects/shop/tables', { token: null });
    await server.call('GET', '/projects');
    const found = await list();
    assert.deepEqual(
      found.map(({ request_id }) => request_id),
      ids,
    );
    assert.deepEqual(Object.keys(found[0] ?? {}), [
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
    ]);
  });

  test('finds calls by status, by class of status, and by error', async () => {
    const { call, list } = await startProject('found');
    for (const path of ['tables', 'records/nobody', 'tables?limit=1', 'records/nobody?limit=0'])
      await call(path);
    const statuses = async (question: string) => (await list(question)).map(({ status }) => status);
    assert.deepEqual(await statuses('&status=404'), [404]);
    assert.deepEqual(await statuses('&status=4xx'), [400, 400, 404]);
    assert.deepEqual(await statuses('&status=2xx'), [200]);
    assert.deepEqual(await statuses('&status=200&error_code=not_found'), []);
    assert.deepEqual(await statuses('&error_code=validation_failed'), [400, 400]);
    assert.deepEqual(await statuses('&status=5xx'), []);
    assert.deepEqual(await statuses('&since=2999-01-01T00:00:00Z'), []);
    assert.equal((await statuses('&since=2020-01-01T00:00:00Z')).length, 4);
    assert.deepEqual(await statuses('&until=2020-01-01T00:00:00Z'), []);
  });

  test('refuses unknown parameters and names them', async () => {
    const { call } = await startProject('refused');
    for (const [question, field] of [
      ['status=ok', 'status'],
      ['status=600', 'status'],
      ['status=40x', 'status'],
      ['error_code=nonsense', 'error_code'],
      ['since=2026-06-02', 'since'],
      ['limit=0', 'limit'],
      [`cursor=${Buffer.from('["latest",1,2]').toString('base64url')}`, 'cursor'],
    ]) {
      const answer = await call(`requests?${question}`);
      assert.deepEqual(fieldsAtFault(answer), [`query.${field}`], question);
    }
  });
});

describe('GET /projects/{p}/requests/{request_id}', () => {
  test('returns one call, with its operation', async () => {
    const { call } = await startProject('one');
    const headers = { 'x-operation-key': 'edit', 'x-operation-run-id': 'run-1' };
    const { body } = await call('records/nobody', headers);
    const { request: found } = (await call(`requests/${body.request_id}`)).body.data;
    assert.equal(found.request_id, body.request_id);
    assert.deepEqual(
      [found.route, found.status, found.error_code, found.operation_key, found.operation_run_id],
      ['/projects/{project}/records/{table}', 404, 'not_found', 'edit', 'run-1'],
    );
  });

  test('is not_found for an unknown call, and for one of another project', async () => {
    const { call } = await startProject('here');
    const elsewhere = await startProject('there');
    const { body } = await elsewhere.call('tables');
    const unknown = body.request_id.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'));
    for (const id of [body.request_id, unknown, 'x', '%00', body.request_id.toUpperCase()]) {
      assert.equal((await call(`requests/${id}`)).body.error?.code, 'not_found', id);
    }
  });

  test('returns a call whose client disconnected before its answer', async () => {
    const { token, list } = await startProject('left');
    const sql = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n';
    const sent = request(`${server.url}/projects/left/query`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      agent: false,
    });
    sent.end(JSON.stringify({ sql }));
    const left = assert.rejects(once(sent, 'response'));
    await eventually(async () => {
      // This request is itself in flight.
      const metrics = await (await server.fetch('GET', '/metrics')).text();
      return /^rowhouse_http_requests_in_flight 2$/m.test(metrics);
    });
    sent.destroy();
    await left;
    let found: readonly Logged[] = [];
    await eventually(async () => (found = await list('&status=499')).length > 0);
    assert.equal(found[0]?.route, '/projects/{project}/query');
  });
});
