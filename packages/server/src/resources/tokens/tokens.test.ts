import assert from 'node:assert/strict';
import { type IncomingMessage, request } from 'node:http';
import { test } from 'node:test';

import { borrowTestServer } from '../../testing/http/borrowed-server.ts';
import { registeredRoutes } from '../../testing/http/registered-routes.ts';
import { ADMIN_TOKEN, startTestServer } from '../../testing/http/test-server.ts';
import { nextEvent } from '../../testing/system/waiting.ts';

test('a token returns its own description in the documented form, without the secret', async () => {
  await using server = await borrowTestServer();
  const token = await server.createProject('shop');

  const { body } = await server.call('GET', '/projects/shop/auth/me', { token });
  assert.deepEqual(Object.keys(body.data.token), [
    'id',
    'token_type',
    'token_name',
    'expires_at',
    'revoked_at',
    'last_used_at',
    'created_at',
  ]);
  assert.equal(body.data.token.token_type, 'project_api_token');
  assert.match(body.data.token.last_used_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  assert.ok(!JSON.stringify(body).includes(token));
});

test('the last use of a token survives a restart', async () => {
  await using server = await startTestServer();
  const token = await server.createProject('shop');
  const before = await server.call('GET', '/projects/shop/auth/me', { token });
  await server.restart();

  const after = await server.call('GET', '/projects/shop/auth/me', { token });
  assert.ok(after.body.data.token.last_used_at >= before.body.data.token.last_used_at);
  assert.equal(after.body.data.token.id, before.body.data.token.id);
});

test('the admin credential is recognised, and is not a token of the project', async () => {
  await using server = await borrowTestServer();
  await server.createProject('shop');

  const { body } = await server.call('GET', '/projects/shop/auth/me');
  assert.equal(body.data.token.token_type, 'admin_credential');
  assert.equal(body.data.token.id, null);
});

test('no route succeeds for the admin credential if the project does not exist', async () => {
  await using server = await startTestServer();
  const routes = (await registeredRoutes()).filter(({ config }) => config.access === 'project');
  assert.ok(routes.length > 40);
  for (const { method, url } of routes) {
    const response = await server.fetch(method, url.replace(':project', 'absent').replaceAll(/:\w+/g, '7'));
    await response.body?.cancel();
    assert.ok([400, 404].includes(response.status), `${method} ${url}: ${response.status}`);
  }
  const { status, body } = await server.call('GET', '/projects/absent/auth/me');
  assert.deepEqual([status, body.error?.code], [404, 'not_found']);
});

test('missing, mistyped, unknown and foreign tokens are refused; the last two with the same answer', async () => {
  await using server = await borrowTestServer();
  const token = await server.createProject('shop');
  const foreign = await server.createProject('rival');
  const errorOf = async (path: string, presented: string | null) => {
    const { status, body, headers } = await server.call('GET', path, { token: presented });
    assert.equal(status, 401);
    assert.equal(headers.get('www-authenticate'), 'Bearer');
    return body.error;
  };

  assert.equal((await errorOf('/projects/shop', null))?.code, 'missing_authorization');
  const last = token.at(-1) === 'a' ? 'b' : 'a';
  assert.equal((await errorOf('/projects/shop', token.slice(0, -1) + last))?.code, 'invalid_token');
  const refused = await errorOf('/projects/shop', foreign);
  assert.equal(refused?.code, 'invalid_token');
  assert.deepEqual(await errorOf('/projects/no_such_project', foreign), refused);
  assert.deepEqual(await errorOf('/projects/shop', `${ADMIN_TOKEN}x`), refused);
});

test('if a project is deleted and created again while a body arrives, the old token cannot access the new one', async () => {
  await using server = await borrowTestServer();
  const oldToken = await server.createProject('shop');
  const { port } = new URL(server.url);
  const slow = request({
    port,
    path: '/projects/shop/export/schema',
    method: 'POST',
    headers: {
      authorization: `Bearer ${oldToken}`,
      'content-type': 'application/json',
      expect: '100-continue',
    },
  });
  slow.flushHeaders();
  await nextEvent(slow, 'continue');
  await server.call('DELETE', '/projects/shop', { json: { confirm_project_slug: 'shop' } });
  await server.createProject('shop');
  slow.end('{}');
  const [answer] = (await nextEvent(slow, 'response')) as [IncomingMessage];
  assert.equal(answer.statusCode, 401);
  answer.resume();
  const { body } = await server.call('GET', '/projects/shop/exports');
  assert.deepEqual(body.data.exports, []);
});
