import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { ADMIN_TOKEN, startTestServer } from '../testing/http/test-server.ts';

test('the log contains no body, value, query value or token, wherever a client sends one', async () => {
  await using server = await startTestServer();
  const token = await server.createProject('shop');
  const headers = { 'x-operation-key': 'kept-key', 'x-operation-run-id': 'kept-run' };
  const send = (method: string, path: string, json?: unknown, asking = token) =>
    server.call(method, `/projects/shop/${path}`, {
      token: asking,
      headers,
      ...(json !== undefined && { json }),
    });
  const columns = [{ column_name: 'secretcolumn', default_value: 'secretdefault' }];
  await send('POST', 'table', { table_name: 'secrettable', columns });
  await send('POST', 'records/secrettable', { secretcolumn: 'secretvalue' });
  await send('PATCH', 'records/secrettable/1', { secretcolumn: 'secretvalue2' });
  await send('GET', 'records/secrettable?filters={"secretcolumn":"secretfilter"}');
  await send('GET', 'records/secrettable/secretid');
  await send('GET', 'records/secrettable?secretparameter=secret');
  await send('POST', 'records/secrettable', { secretfield: [] });
  await send('POST', 'query', { sql: "SELECT 'secretsql'" });
  await send('POST', 'query', { sql: 'SELECT secretsyntax FROM FROM' });
  await send('POST', 'auth/tokens', { token_name: 'secretname' });
  await server.call('GET', '/projects?limit=secretlimit', { headers });
  await server.call('GET', '/projects/secretslug/tables', { headers });
  await server.call('GET', '/projects/shop/tables', {
    token,
    headers: { 'x-operation-key': 'secret key', traceparent: 'secrettrace', 'user-agent': 'secretagent' },
  });
  await send('GET', 'tables', undefined, 'pat_secrettoken');
  await server.restart();
  const names = readdirSync(server.dataDir).filter((name) => name.startsWith('requests.sqlite'));
  const log = names.map((name) => readFileSync(join(server.dataDir, name), 'latin1')).join('');
  assert.ok(log.includes('kept-key') && log.includes('kept-run'), 'the calls are in it');
  assert.doesNotMatch(log, /secret/i);
  for (const secret of [token, ADMIN_TOKEN]) assert.ok(!log.includes(secret));
});
