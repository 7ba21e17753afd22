import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { borrowTestServer } from '../../testing/http/borrowed-server.ts';
import {
  requestOf,
  download,
  ENDLESS,
  exportLater,
  exportNow,
  type Manifest,
  projectOf,
  whenExport,
} from '../../testing/http/exports.ts';
import type { Answer, TestServer } from '../../testing/http/test-server.ts';

const SHOP = `CREATE TABLE goods (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO goods (name) VALUES ('nail');
  CREATE TABLE staff (id INTEGER PRIMARY KEY, wage INTEGER); INSERT INTO staff (wage) VALUES (4711);
  ${ENDLESS}`;

let server: TestServer;

before(async () => {
  server = await borrowTestServer();
  await projectOf(server, 'shop', SHOP);
});
after(() => server[Symbol.asyncDispose]());

test('another token cannot repeat a request to get the answer to an export, whatever its scopes', async () => {
  const mine = await makeToken({});
  const headers = { 'idempotency-key': 'once' };
  const made = await exportNow(server, 'shop', 'table/staff', {}, { token: mine.secret, headers });
  for (const grant of [{}, { scopes: ['exports', 'records:read'] }, { tables: ['staff'] }]) {
    const { secret } = await makeToken(grant);
    const again = await requestOf(server, 'shop', 'table/staff', {}, { token: secret, headers });
    assert.equal(again.body.error?.code, 'idempotency_mismatch');
  }
  for (const grant of [{ scopes: ['exports'] }, { scopes: ['records:read'] }]) {
    const { secret } = await makeToken(grant);
    assertDenied(await requestOf(server, 'shop', 'table/staff', {}, { token: secret, headers }));
  }
  const again = await exportNow(server, 'shop', 'table/staff', {}, { token: mine.secret, headers });
  assert.equal(again.id, made.id);
});

test('a reused export file is not accessible for a token that may not export it', async () => {
  const first = await exportNow(server, 'shop', 'table/staff');
  const reader = await makeToken({ scopes: ['exports', 'records:read'] });
  const second = await exportNow(server, 'shop', 'table/STAFF', {}, { token: reader.secret });
  assert.equal(second.sha256, first.sha256);
  const { secret } = await makeToken({ tables: ['goods'] });
  for (const { download_url } of [first, second]) {
    assertDenied(await server.call('GET', download_url, { token: secret }));
  }
});

test('a pending export is created even if its token is revoked, and is visible to tokens that may see it', async () => {
  const endless = await exportLater(server, 'shop', 'table/endless');
  const { secret, id } = await makeToken({});
  const waiting = await exportLater(server, 'shop', 'table/staff', { limit: 1 }, { token: secret });
  assert.equal((await server.call('DELETE', `/projects/shop/auth/tokens/${id}`)).status, 200);
  assert.equal((await server.call('DELETE', `/projects/shop/exports/${endless.id}`)).status, 200);
  const ready = await whenExport(server, 'shop', waiting, 'ready');
  assert.match(String(await download(server, ready)), /4711/);
  const refused = await server.call('GET', ready.download_url, { token: secret });
  assert.equal(refused.body.error?.code, 'invalid_token');
});

test('an export belongs to the name that its table had', async () => {
  await server.call('POST', '/projects/shop/table', { json: { table_name: 'secrets' } });
  await server.call('POST', '/projects/shop/table', { json: { table_name: 'news' } });
  const secret = await exportNow(server, 'shop', 'table/secrets');
  const news = await exportNow(server, 'shop', 'table/news');
  // The secret table gets the name of the public one.
  assert.equal((await server.call('DELETE', '/projects/shop/table/news')).status, 200);
  const renamed = await server.call('PATCH', '/projects/shop/table/secrets', {
    json: { new_table_name: 'news' },
  });
  assert.equal(renamed.status, 200);

  const ofNews = await makeToken({ tables: ['NEWS'] });
  const ofSecrets = await makeToken({ tables: ['secrets'] });
  for (const [{ secret: token }, visible, hidden] of [
    [ofNews, news, secret],
    [ofSecrets, secret, news],
  ] as const) {
    assert.deepEqual(await idsSeenBy(token), [visible.id]);
    assert.equal((await server.call('GET', `/projects/shop/exports/${visible.id}`, { token })).status, 200);
    assertDenied(await server.call('GET', `/projects/shop/exports/${hidden.id}`, { token }));
    assertDenied(await server.call('GET', hidden.download_url, { token }));
  }
  const renewed = await exportNow(server, 'shop', 'table/news', { limit: 2 }, { token: ofNews.secret });
  assert.equal(renewed.table, 'news');
  assertDenied(await requestOf(server, 'shop', 'table/news', {}, { token: ofSecrets.secret }));
});

test('a token of another project learns nothing', async () => {
  const stranger = await server.createProject('rival');
  const made = await exportNow(server, 'shop', 'table/goods');
  for (const path of [`/projects/shop/exports/${made.id}`, made.download_url, '/projects/shop/exports']) {
    const { body } = await server.call('GET', path, { token: stranger });
    assert.equal(body.error?.code, 'invalid_token');
  }
  const { body } = await server.call('GET', `/projects/rival/exports/${made.id}`, { token: stranger });
  assert.equal(body.error?.code, 'not_found');
});

async function makeToken(grant: object): Promise<{ readonly secret: string; readonly id: number }> {
  const json = { revoke_previous: false, ...grant };
  const { status, body } = await server.call('POST', '/projects/shop/auth/tokens', { json });
  assert.equal(status, 201, JSON.stringify(body));
  return { secret: body.data.token.token, id: body.data.token.token_id };
}

async function idsSeenBy(token: string): Promise<readonly string[]> {
  const { body } = await server.call('GET', '/projects/shop/exports', { token });
  return body.data.exports.map(({ id }: Manifest) => id);
}

function assertDenied({ status, body }: Answer): void {
  assert.deepEqual([status, body.error?.code], [403, 'permission_denied'], JSON.stringify(body));
}
