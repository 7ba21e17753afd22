import assert from 'node:assert/strict';
import { test } from 'node:test';

import { borrowTestServer } from '../../testing/http/borrowed-server.ts';
import {
  requestOf,
  download,
  exportLater,
  exportNow,
  findExport,
  type Manifest,
  projectOf,
  whenExport,
} from '../../testing/http/exports.ts';
import type { Answer, TestServer } from '../../testing/http/test-server.ts';

const SHOP = `CREATE TABLE goods (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO goods (name) VALUES ('nail');
  CREATE TABLE staff (id INTEGER PRIMARY KEY, wage INTEGER); INSERT INTO staff (wage) VALUES (1);
  CREATE VIEW wages AS SELECT wage FROM staff; CREATE VIEW names AS SELECT name FROM goods;`;

test('a token limited to a table exports it by name in any case and by id, and exports nothing else', async () => {
  await using server = await borrowTestServer();
  await projectOf(server, 'shop', SHOP);
  const token = await limitedToken(server, { tables: ['Goods', 'names'] });
  const ids = await idsOfTables(server);

  for (const name of ['goods', 'GOODS', String(ids.get('goods'))]) {
    const made = await exportNow(server, 'shop', `table/${name}`, {}, { token });
    assert.deepEqual([made.table, made.download_name], ['goods', 'goods.csv']);
    assert.match(String(await download(server, made, { token })), /nail/);
    const requested = await exportLater(server, 'shop', `table/${name}`, { limit: 1 }, { token });
    // Also before it is ready.
    assert.equal((await findExport(server, 'shop', requested, { token })).table, 'goods');
    const ready = await whenExport(server, 'shop', requested, 'ready');
    assert.match(String(await download(server, ready, { token })), /nail/);
  }
  assert.equal((await exportNow(server, 'shop', 'table/names', {}, { token })).row_count, 1);

  for (const prefer of ['respond-async', 'wait']) {
    const options = { token, headers: { prefer } };
    for (const name of ['staff', 'STAFF', 'wages', String(ids.get('staff')), 'nothing', '99']) {
      assertDenied(await requestOf(server, 'shop', `table/${name}`, {}, options));
    }
    for (const what of ['schema', 'database'])
      assertDenied(await requestOf(server, 'shop', what, {}, options));
  }
  const only = { include_tables: ['goods'] };
  assertDenied(await requestOf(server, 'shop', 'database', only, { token }));
});

test('a token limited to a table sees, downloads, links to and deletes only the exports of that table', async () => {
  await using server = await borrowTestServer();
  await projectOf(server, 'shop', SHOP);
  const token = await limitedToken(server, { tables: ['GOODS'] });
  const mine = await exportNow(server, 'shop', 'table/goods');
  const others = [
    await exportNow(server, 'shop', 'table/staff'),
    await exportNow(server, 'shop', 'database'),
    await exportNow(server, 'shop', 'schema'),
  ];
  const listed = await server.call('GET', '/projects/shop/exports?limit=1', { token });
  assert.deepEqual(
    listed.body.data.exports.map(({ id }: Manifest) => id),
    [mine.id],
  );
  assert.equal(listed.body.data.has_more, false);
  for (const { id, download_url } of others) {
    const path = `/projects/shop/exports/${id}`;
    assertDenied(await server.call('GET', path, { token }));
    assertDenied(await server.call('GET', download_url, { token }));
    assertDenied(await server.call('POST', `${path}/link`, { token }));
    assertDenied(await server.call('DELETE', path, { token }));
  }
  assertDenied(await server.call('DELETE', '/projects/shop/export/links', { token }));
  const link = await server.call('POST', `/projects/shop/exports/${mine.id}/link`, { token });
  assert.equal(link.status, 201);
  assert.equal((await fetch(link.body.data.link.url)).status, 200);
  assert.equal((await server.call('DELETE', `/projects/shop/exports/${mine.id}`, { token })).status, 200);
  for (const other of others) assert.equal((await findExport(server, 'shop', other)).status, 'ready');
});

test('every route of exports requires the scope exports', async () => {
  await using server = await borrowTestServer();
  await projectOf(server, 'shop', SHOP);
  const { id, download_url } = await exportNow(server, 'shop', 'table/goods');
  const without = await limitedToken(server, {
    scopes: ['records:read', 'records:write', 'schema:read', 'schema:write', 'query', 'tokens', 'project'],
  });
  const routes = [
    ['POST', '/projects/shop/export/schema'],
    ['POST', '/projects/shop/export/table/goods'],
    ['POST', '/projects/shop/export/database'],
    ['GET', '/projects/shop/exports'],
    ['GET', `/projects/shop/exports/${id}`],
    ['GET', download_url],
    ['POST', `/projects/shop/exports/${id}/link`],
    ['DELETE', '/projects/shop/export/links'],
    ['DELETE', `/projects/shop/exports/${id}`],
  ] as const;
  for (const [method, path] of routes) assertDenied(await server.call(method, path, { token: without }));
  const withIt = await limitedToken(server, { scopes: ['exports', 'records:read', 'schema:read'] });
  for (const [method, path] of routes) {
    const response = await server.fetch(method, path, { token: withIt });
    assert.ok(response.ok, `${method} ${path}`);
    await response.arrayBuffer();
  }
});

async function limitedToken(server: TestServer, limits: object): Promise<string> {
  const json = { revoke_previous: false, ...limits };
  const { status, body } = await server.call('POST', '/projects/shop/auth/tokens', { json });
  assert.equal(status, 201, JSON.stringify(body));
  return body.data.token.token;
}

async function idsOfTables(server: TestServer): Promise<ReadonlyMap<string, number>> {
  const { body } = await server.call('GET', '/projects/shop/tables');
  const tables: readonly { readonly id: number; readonly table_name: string }[] = body.data.tables;
  return new Map(tables.map(({ id, table_name }) => [table_name, id]));
}

function assertDenied({ status, body }: Answer): void {
  assert.deepEqual([status, body.error?.code], [403, 'permission_denied'], JSON.stringify(body));
}
