import assert from 'node:assert/strict';
import { test } from 'node:test';

import { databaseFile } from '../../testing/databases/database-file.ts';
import { importDatabase } from '../../testing/http/import-and-export.ts';
import { startTestServer } from '../../testing/http/test-server.ts';

const post = (path: string, body: unknown) => ({ method: 'POST', path, body });

test('an endless batch is stopped, and has no effect', async () => {
  const endless = '(WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT max(n) FROM r)';
  await using server = await startTestServer({ queryTimeoutMs: 250 });
  const token = await server.createProject('crm');
  const file = databaseFile(`CREATE TABLE a (x); CREATE VIEW v AS SELECT ${endless} AS id;`);
  assert.equal((await importDatabase(server, 'crm', file, { token })).status, 201);
  const operations = [post('/records/a', { x: 1 }), { method: 'GET', path: '/records/v/1' }];
  const { body } = await server.call('POST', '/projects/crm/batch', { token, json: { operations } });
  assert.equal(body.error?.code, 'query_timeout');
  const rows = await server.call('GET', '/projects/crm/records/a', { token });
  assert.equal(rows.body.data.returned, 0);
});

test('a batch that scans a large table many times is stopped, too', async () => {
  await using server = await startTestServer({ queryTimeoutMs: 50 });
  const token = await server.createProject('crm');
  const rows =
    '(WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 200000) SELECT n FROM r)';
  const file = databaseFile(`CREATE TABLE a (x); INSERT INTO a SELECT * FROM ${rows};`);
  assert.equal((await importDatabase(server, 'crm', file, { token })).status, 201);
  const search = { method: 'DELETE', path: '/records/a', body: { where: { x: 'nothing' } } };
  const operations = [post('/records/a', { x: 'new' }), ...Array.from({ length: 999 }, () => search)];
  const { body } = await server.call('POST', '/projects/crm/batch', { token, json: { operations } });
  assert.equal(body.error?.code, 'query_timeout');
  const filters = encodeURIComponent(JSON.stringify({ x: 'new' }));
  const found = await server.call('GET', `/projects/crm/records/a?filters=${filters}`, { token });
  assert.equal(found.body.data.returned, 0);
});
