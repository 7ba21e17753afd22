import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { metricsOf } from '../../app.ts';
import { composeService } from '../../compose.ts';
import { readConfig } from '../../core/config.ts';
import { createServiceLog } from '../../http/observability/service-log.ts';
import { assertFailure } from '../../testing/http/envelope-assertions.ts';
import { exportNow, projectOf, stones } from '../../testing/http/exports.ts';
import { type ExposedMetric, readExposition } from '../../testing/http/exposition.ts';
import { startTestServer, type TestServer } from '../../testing/http/test-server.ts';
import { temporaryFolder } from '../../testing/system/temporary-folder.ts';
import { metricDefinitions } from './metric-definitions.ts';
import { listenForMetrics } from './metrics-listener.ts';

async function read(server: TestServer): Promise<ReadonlyMap<string, ExposedMetric>> {
  return readExposition(await (await server.fetch('GET', '/metrics')).text());
}

/** The value of the metric with these labels; for a histogram, of the name with its suffix. */
function valueOf(
  metrics: ReadonlyMap<string, ExposedMetric>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const metric = metrics.get(name) ?? metrics.get(name.replace(/_(?:bucket|sum|count)$/, ''));
  return metric?.samples.find(
    (sample) =>
      sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
  )?.value;
}

describe('GET /metrics', () => {
  test('returns every metric to the admin only, in the format of Prometheus', async () => {
    await using server = await startTestServer();
    const token = await server.createProject('quarry');
    const response = await server.fetch('GET', '/metrics');
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
    const metrics = readExposition(await response.text());
    const own = [...metrics.values()].filter(({ name }) => name.startsWith('rowhouse_'));
    assert.deepEqual(
      own.map(({ name, type, help }) => [name, { type, meaning: help }]),
      Object.entries(metricDefinitions).map(([name, { type, meaning }]) => [name, { type, meaning }]),
    );
    for (const name of ['process_cpu_seconds_total', 'nodejs_eventloop_lag_p99_seconds'])
      assert.ok(metrics.has(name), name);
    await assertFailure(await server.fetch('GET', '/metrics', { token: null }), 'missing_authorization');
    await assertFailure(await server.fetch('GET', '/metrics', { token }), 'permission_denied');
  });

  test('counts each request once, by the pattern of its route, and reveals nothing about a project', async () => {
    await using server = await startTestServer();
    const token = await server.createProject('quarry');
    for (const path of ['/projects/quarry/tables', '/projects/QUARRY/tables', '/projects/other/tables']) {
      await (await server.fetch('GET', path, { token })).text();
    }
    await (await server.fetch('GET', '/nowhere/at/all', { token })).text();
    const text = await (await server.fetch('GET', '/metrics')).text();
    assert.doesNotMatch(text, /quarry|nowhere|pat_|adm_/i);
    const metrics = readExposition(text);
    const route = '/projects/{project}/tables';
    const ofRoute = (status: string) =>
      valueOf(metrics, 'rowhouse_http_requests_total', { method: 'GET', route, status });
    assert.equal(ofRoute('200'), 2);
    assert.equal(ofRoute('401'), 1);
    const unmatched = { route: 'unmatched', status: '404' };
    assert.equal(valueOf(metrics, 'rowhouse_http_requests_total', unmatched), 1);
    const durations = 'rowhouse_http_request_duration_seconds';
    assert.equal(valueOf(metrics, `${durations}_count`, { route }), 3);
    const sum = valueOf(metrics, `${durations}_sum`, { route }) ?? 0;
    assert.ok(sum > 0 && sum < 10, `${sum} seconds`);
    // This request.
    assert.equal(valueOf(metrics, 'rowhouse_http_requests_in_flight'), 1);
    assert.ok((valueOf(metrics, 'rowhouse_http_connections') ?? 0) >= 1);
  });

  test('contains writes per commit, results of exports, and the lengths of queues', async () => {
    await using server = await startTestServer();
    await projectOf(server, 'quarry', stones(10));
    const writes = Array.from({ length: 50 }, (_, index) =>
      server.call('POST', '/projects/quarry/records/stone', { json: { id: 1_000 + index } }),
    );
    for (const { status, body } of await Promise.all(writes)) assert.equal(status, 201, JSON.stringify(body));
    await exportNow(server, 'quarry', 'table/stone', { format: 'csv' });
    await server.call('POST', '/projects/quarry/export/table/nothing');
    const metrics = await read(server);
    assert.equal(valueOf(metrics, 'rowhouse_commit_batch_size_sum'), 50);
    assert.ok((valueOf(metrics, 'rowhouse_commit_batch_size_count') ?? 0) <= 50);
    const ended = (outcome: string) =>
      valueOf(metrics, 'rowhouse_exports_total', { kind: 'table_export', format: 'csv', outcome });
    assert.deepEqual([ended('ready'), ended('failed'), ended('cancelled')], [1, 1, undefined]);
    assert.equal(valueOf(metrics, 'rowhouse_exports_in_progress'), 0);
    const queues = metrics.get('rowhouse_queue_depth')?.samples ?? [];
    const names = new Set(queues.map(({ labels }) => labels['queue']));
    assert.deepEqual(
      [...names],
      [
        'point-1',
        'writers',
        'readers',
        'query_processes',
        'write_processes',
        'export_processes',
        'import_checks',
        'catalog',
        'logins',
      ],
    );
    assert.ok(queues.every(({ value }) => value === 0));
  });
});

test('a second port serves only the metrics, without a token', async () => {
  using folder = temporaryFolder();
  const config = { ...readConfig({}), dataDir: folder.path };
  const service = await composeService(config, createServiceLog('silent', process.stderr));
  const listener = await listenForMetrics(metricsOf(service), {
    host: '127.0.0.1',
    port: 0,
    onError: (error) => assert.fail(String(error)),
  });
  const response = await fetch(listener.url);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
  assert.ok(readExposition(await response.text()).has('rowhouse_queue_depth'));
  assert.equal((await fetch(new URL('/projects', listener.url))).status, 404);
  const posted = await fetch(listener.url, { method: 'POST' });
  assert.equal(posted.status, 405);
  assert.equal(posted.headers.get('allow'), 'GET, HEAD');
  await listener.close();
  await service.close();
});

test('metrics that fail on the second port are logged, and the service keeps running', async () => {
  const errors: unknown[] = [];
  const broken = { contentType: 'text/plain', text: () => Promise.reject(new Error('no figures')) };
  const onError = (error: unknown) => errors.push(error);
  const listener = await listenForMetrics(broken, { host: '127.0.0.1', port: 0, onError });
  const response = await fetch(listener.url);
  assert.equal(response.status, 500);
  assert.doesNotMatch(await response.text(), /no figures/);
  assert.match(String(errors[0]), /no figures/);
  await listener.close();
});
