import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { sql } from 'kysely';

import { openCatalog } from '../../catalog/catalog.ts';
import { THE_SERVICE } from '../../core/requester.ts';
import { hashToken } from '../../http/access/token.ts';
import { signIn } from '../../testing/http/browser.ts';
import {
  ADMIN_TOKEN,
  type Answer,
  startTestServer,
  type TestServer,
} from '../../testing/http/test-server.ts';
import { temporaryFolder } from '../../testing/system/temporary-folder.ts';
import { AdminToken } from './admin-token.ts';

function replace(server: TestServer, token: string, key?: string): Promise<Answer> {
  const headers = key === undefined ? {} : { 'idempotency-key': key };
  return server.call('POST', '/admin/token', { token, headers });
}

async function isAdmin(server: TestServer, token: string): Promise<boolean> {
  const { status, body } = await server.call('GET', '/projects', { token });
  if (status !== 200) assert.equal(body.error?.code, 'invalid_token');
  return status === 200;
}

const sha256Of = (token: string) => hashToken(token).toString('hex');

test('a new admin token is shown once, and the earlier one is invalid from the next request on', async () => {
  await using server = await startTestServer();
  const { status, body } = await replace(server, ADMIN_TOKEN);
  assert.equal(status, 201);
  assert.deepEqual(Object.keys(body.data.token), ['token', 'token_type', 'created_at']);
  const second = body.data.token.token;
  assert.match(second, /^adm_[0-9A-Za-z]{42}$/);
  assert.equal(body.data.token.token_type, 'admin_credential');
  assert.deepEqual([await isAdmin(server, ADMIN_TOKEN), await isAdmin(server, second)], [false, true]);

  const third = (await replace(server, second)).body.data.token.token;
  assert.deepEqual([await isAdmin(server, second), await isAdmin(server, third)], [false, true]);
  for (const name of readdirSync(server.dataDir).filter((file) => file.startsWith('catalog.sqlite'))) {
    const bytes = readFileSync(join(server.dataDir, name));
    for (const secret of [second, third]) assert.equal(bytes.includes(secret), false, name);
  }
});

test('a replaced admin token stays invalid after restarts, even if it is configured', async () => {
  await using server = await startTestServer();
  const second = (await replace(server, ADMIN_TOKEN)).body.data.token.token;
  await server.restart();
  assert.deepEqual([await isAdmin(server, ADMIN_TOKEN), await isAdmin(server, second)], [false, true]);
  await server.restart();
  assert.deepEqual([await isAdmin(server, ADMIN_TOKEN), await isAdmin(server, second)], [false, true]);
});

test('of concurrent replacements of one admin token, one succeeds', async () => {
  await using server = await startTestServer();
  const answers = await Promise.all(Array.from({ length: 8 }, () => replace(server, ADMIN_TOKEN)));
  const made = answers.filter(({ status }) => status === 201);
  assert.equal(made.length, 1);
  for (const { status, body } of answers) {
    if (status !== 201) assert.equal(body.error?.code, 'invalid_token');
  }
  assert.equal(await isAdmin(server, made[0]?.body.data.token.token), true);
});

test('a repeated replacement with a key gets no secret, and changes nothing', async () => {
  await using server = await startTestServer();
  const second = (await replace(server, ADMIN_TOKEN, 'k')).body.data.token.token;
  assert.equal((await replace(server, ADMIN_TOKEN, 'k')).body.error?.code, 'invalid_token');
  const again = await replace(server, second, 'k');
  assert.deepEqual([again.body.error?.code, again.body.data], ['idempotency_mismatch', null]);
  assert.equal(await isAdmin(server, second), true);
  const third = (await replace(server, second, 'another')).body.data.token.token;
  assert.equal(await isAdmin(server, third), true);
});

test('only the admin credential replaces itself', async () => {
  await using server = await startTestServer();
  const token = await server.createProject('shop');
  assert.equal((await replace(server, token)).body.error?.code, 'permission_denied');
  const none = await server.call('POST', '/admin/token', { token: null });
  assert.equal(none.body.error?.code, 'missing_authorization');
  const more = await server.call('POST', '/admin/token', { json: { token: 'chosen' } });
  assert.equal(more.body.error?.code, 'validation_failed');
  assert.equal(await isAdmin(server, ADMIN_TOKEN), true);
});

test('a start with another configured token replaces the earlier one for good; a start without one keeps it', async () => {
  using folder = temporaryFolder();
  const [first, second] = ['a-first-configured-admin-token', 'a-second-configured-admin-token'];
  const path = join(folder.path, 'catalog.sqlite');
  const start = async (configured: string | null) => {
    const catalog = await openCatalog(path, () => undefined);
    const admin = new AdminToken(catalog);
    const adopted = await admin.adopt(configured);
    const valid: string[] = [];
    for (const token of [generated, first, second]) {
      if (await admin.matches(sha256Of(token))) valid.push(token);
    }
    await catalog.destroy();
    return [adopted, ...valid];
  };
  let generated = 'none';
  assert.deepEqual(await start(null), ['absent']);
  {
    const catalog = await openCatalog(path, () => undefined);
    generated = (await new AdminToken(catalog).create()).secret;
    await catalog.destroy();
  }
  assert.deepEqual(await start(null), ['current', generated]);
  assert.deepEqual(await start(first), ['current', first]);
  assert.deepEqual(await start(null), ['current', first]);
  assert.deepEqual(await start(generated), ['refused', first]);
  assert.deepEqual(await start(second), ['current', second]);
  assert.deepEqual(await start(first), ['refused', second]);
  assert.deepEqual(await start(second), ['current', second]);
  assert.deepEqual(await start(null), ['current', second]);
});

test('after a replacement that failed, the stored token is valid', async () => {
  using folder = temporaryFolder();
  const catalog = await openCatalog(join(folder.path, 'catalog.sqlite'), () => undefined);
  const admin = new AdminToken(catalog);
  const { secret } = await admin.create();
  const refusal = "BEGIN SELECT RAISE(ABORT, 'no'); END";
  await sql.raw(`CREATE TRIGGER no_change BEFORE UPDATE ON service ${refusal}`).execute(catalog);
  await assert.rejects(admin.create());
  await assert.rejects(admin.rotate(secret, THE_SERVICE, null));
  assert.equal(await admin.matches(sha256Of(secret)), true);
  assert.equal(await admin.matches(sha256Of('another')), false);
  await sql`DROP TRIGGER no_change`.execute(catalog);
  await admin.rotate(secret, THE_SERVICE, null);
  assert.equal(await admin.matches(sha256Of(secret)), false);
  await catalog.destroy();
});

test('the owner replaces the admin token in a session, and each key does so once', async () => {
  await using server = await startTestServer();
  const owner = { username: 'owner', password: 'correct horse battery' };
  await server.call('PATCH', '/accounts/1/users/1', { json: { password: owner.password } });
  const browser = await signIn(server, owner);
  const replaceWith = (key: string) =>
    browser.call('POST', '/admin/token', { headers: { 'idempotency-key': key } });
  const first = (await replaceWith('one')).body.data.token.token;
  const repeated = await replaceWith('one');
  assert.deepEqual([repeated.status, repeated.body.error?.code], [422, 'idempotency_mismatch']);
  assert.equal(await isAdmin(server, first), true, 'the repeated request replaces nothing');
  assert.equal((await replaceWith('two')).status, 201);
  assert.equal(await isAdmin(server, first), false);
});
