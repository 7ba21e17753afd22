import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { openCatalog } from '../../catalog/catalog.ts';
import { THE_SERVICE } from '../../core/requester.ts';
import { Passwords } from '../../passwords/passwords.ts';
import { signIn } from '../../testing/http/browser.ts';
import { fieldsAtFault, startTestServer, type TestServer } from '../../testing/http/test-server.ts';
import { temporaryFolder } from '../../testing/system/temporary-folder.ts';
import { AccountUsers } from './account-users.ts';
import { Accounts } from './accounts.ts';

const PASSWORD = 'correct horse battery';

async function createAccount(server: TestServer, account_name = 'Acme'): Promise<number> {
  const { status, body } = await server.call('POST', '/accounts', { json: { account_name } });
  assert.equal(status, 201, JSON.stringify(body.error));
  return body.data.account.id;
}

async function createUser(server: TestServer, account: number, username: string): Promise<number> {
  const json = { username, password: PASSWORD };
  const { status, body } = await server.call('POST', `/accounts/${account}/users`, { json });
  assert.equal(status, 201, JSON.stringify(body.error));
  return body.data.user.id;
}

async function createProjectOf(
  server: TestServer,
  account_id: number,
  project_slug: string,
): Promise<string> {
  const json = { project_slug, project_name: project_slug, account_id };
  const { status, body } = await server.call('POST', '/projects', { json });
  assert.equal(status, 201, JSON.stringify(body.error));
  return body.data.token.token;
}

test('a user of an account uses all projects of the account, and none of another', async () => {
  await using server = await startTestServer();
  const [acme, rival] = [await createAccount(server), await createAccount(server, 'Rival')];
  await createUser(server, acme, 'mei');
  await createProjectOf(server, acme, 'shop');
  await createProjectOf(server, rival, 'secret');
  await server.createProject('of_owner');
  const mei = await signIn(server, { username: 'mei', password: PASSWORD });
  assert.deepEqual(
    [mei.signedIn.user.role, mei.signedIn.user.account_id, mei.signedIn.user.project_slug],
    ['account_user', acme, null],
  );

  const { body: listed } = await mei.call('GET', '/projects');
  assert.deepEqual(
    listed.data.projects.map((project: { project_slug: string }) => project.project_slug),
    ['shop'],
  );
  const table = { table_name: 'people', columns: [{ column_name: 'name' }] };
  assert.equal((await mei.call('POST', '/projects/shop/table', { json: table })).status, 201);
  const made = await mei.call('POST', '/projects', { json: { project_slug: 'mall', project_name: 'Mall' } });
  assert.equal(made.status, 201);
  assert.equal((await mei.call('GET', `/projects?account_id=${acme}`)).body.data.returned, 2);

  // A project of another account and a project that does not exist have the same answer.
  const foreign = await Promise.all(
    ['secret', 'of_owner', 'absent'].map((slug) => mei.call('GET', `/projects/${slug}/tables`)),
  );
  for (const { status, body } of foreign) {
    assert.equal(status, 404);
    assert.deepEqual(body.error, foreign[0]?.body.error);
  }
  // Also if a project of the account had this slug before.
  await server.call('DELETE', '/projects/mall', { json: { confirm_project_slug: 'mall' } });
  await createProjectOf(server, rival, 'mall');
  assert.equal((await mei.call('GET', '/projects/mall/tables')).status, 404);

  for (const account_id of [rival, 1, 99]) {
    const json = { project_slug: 'x', project_name: 'x', account_id };
    assert.equal((await mei.call('POST', '/projects', { json })).body.error?.code, 'permission_denied');
    const list = await mei.call('GET', `/projects?account_id=${account_id}`);
    assert.equal(list.body.error?.code, 'permission_denied');
  }
  for (const path of ['/accounts', `/accounts/${acme}`, '/audit', '/metrics']) {
    assert.equal((await mei.call('GET', path)).body.error?.code, 'permission_denied', path);
  }
});

test('a token that a user of an account creates belongs to this user, and ends with the user', async () => {
  await using server = await startTestServer();
  const acme = await createAccount(server);
  const [mei, bo] = [await createUser(server, acme, 'mei'), await createUser(server, acme, 'bo')];
  const first = await createProjectOf(server, acme, 'shop');
  const create = async (username: string) => {
    const browser = await signIn(server, { username, password: PASSWORD });
    const { body } = await browser.call('POST', '/projects/shop/auth/tokens', { json: {} });
    return body.data.token;
  };
  const [ofMei, ofBo] = [await create('mei'), await create('bo')];
  assert.deepEqual([ofMei.account_user_id, ofBo.account_user_id], [mei, bo]);
  const works = async (token: string) =>
    (await server.call('GET', '/projects/shop/auth/me', { token })).status === 200;
  const all = () => Promise.all([first, ofMei.token, ofBo.token].map(works));
  assert.deepEqual(await all(), [true, true, true]);

  const path = `/accounts/${acme}/users/${mei}`;
  await server.call('PATCH', path, { json: { disabled: true } });
  assert.deepEqual(await all(), [true, false, true]);
  await server.call('PATCH', path, { json: { disabled: false } });
  assert.deepEqual(await all(), [true, true, true]);
  assert.equal((await server.call('DELETE', path)).status, 200);
  assert.deepEqual(await all(), [true, false, true]);
  assert.equal((await server.call('DELETE', path)).body.error?.code, 'not_found');
});

test('nothing of a disabled account is valid, until it is enabled again', async () => {
  await using server = await startTestServer();
  const acme = await createAccount(server);
  await createUser(server, acme, 'mei');
  const token = await createProjectOf(server, acme, 'shop');
  const strapped = {
    project_slug: 'crm',
    project_name: 'CRM',
    account_id: acme,
    initial_project_user: { username: 'ada', password: PASSWORD },
  };
  assert.equal((await server.call('POST', '/bootstrap', { json: strapped })).status, 201);
  const account = await signIn(server, { username: 'mei', password: PASSWORD });
  const user = await signIn(server, { username: 'ada', password: PASSWORD, project_slug: 'crm' });
  const exported = await server.call('POST', '/projects/shop/export/schema', { token, json: {} });
  const { id } = exported.body.data.export;
  const { body } = await server.call('POST', `/projects/shop/exports/${id}/link`, { token, json: {} });
  const link = new URL(body.data.link.url);
  const logIn = (json: object) => server.call('POST', '/auth/sessions', { token: null, json });
  const statuses = async () => [
    (await server.call('GET', '/projects/shop/tables', { token })).status,
    (await account.call('GET', '/projects')).status,
    (await user.call('GET', '/projects/crm/tables')).status,
    (await server.fetch('GET', link.pathname + link.search, { token: null })).status,
    (await logIn({ username: 'mei', password: PASSWORD })).status,
    (await logIn({ username: 'ada', password: PASSWORD, project_slug: 'crm' })).status,
    (
      await server.call('POST', '/projects/crm/auth/login', {
        token: null,
        json: strapped.initial_project_user,
      })
    ).status,
    // The admin still has access.
    (await server.call('GET', '/projects/shop/tables')).status,
  ];
  const enabled = [200, 200, 200, 200, 201, 201, 201, 200];
  assert.deepEqual(await statuses(), enabled);
  const disabled = await server.call('PATCH', `/accounts/${acme}`, { json: { disabled: true } });
  assert.match(disabled.body.data.account.disabled_at, /Z$/);
  assert.deepEqual(await statuses(), [401, 401, 401, 403, 401, 401, 401, 200]);
  await server.call('PATCH', `/accounts/${acme}`, { json: { disabled: false } });
  assert.deepEqual(await statuses(), enabled);
});

test('an account is removed when it has no projects; the account and the user of the owner cannot be removed', async () => {
  await using server = await startTestServer();
  const acme = await createAccount(server);
  const mei = await createUser(server, acme, 'mei');
  await createProjectOf(server, acme, 'shop');
  const refused = await server.call('DELETE', `/accounts/${acme}`);
  assert.equal(refused.body.error?.code, 'conflict');
  await server.call('DELETE', '/projects/shop', { json: { confirm_project_slug: 'shop' } });
  const browser = await signIn(server, { username: 'mei', password: PASSWORD });
  assert.equal((await server.call('DELETE', `/accounts/${acme}`)).status, 200);
  assert.equal((await browser.call('GET', '/projects')).body.error?.code, 'invalid_token');
  assert.equal((await server.call('GET', `/accounts/${acme}`)).body.error?.code, 'not_found');
  assert.equal((await server.call('GET', `/accounts/${acme}/users`)).body.error?.code, 'not_found');
  assert.equal(
    (await server.call('PATCH', `/accounts/${acme}/users/${mei}`, { json: { disabled: true } })).status,
    404,
  );
  for (const path of ['/accounts/1', '/accounts/1/users/1']) {
    assert.equal((await server.call('DELETE', path)).body.error?.code, 'conflict', path);
    const disabling = await server.call('PATCH', path, { json: { disabled: true } });
    assert.equal(disabling.body.error?.code, 'conflict', path);
  }
});

test('a username is unique on the server, in every Unicode form', async () => {
  await using server = await startTestServer();
  const [acme, rival] = [await createAccount(server), await createAccount(server, 'Rival')];
  const id = await createUser(server, acme, 'ang\u{e9}lique');
  for (const [account, username] of [
    [acme, 'ange\u{301}lique'],
    [rival, 'ang\u{e9}lique'],
    [rival, 'owner'],
  ] as const) {
    const json = { username, password: PASSWORD };
    const { body } = await server.call('POST', `/accounts/${account}/users`, { json });
    assert.equal(body.error?.code, 'already_exists', username);
  }
  const renamed = await server.call('PATCH', `/accounts/${acme}/users/${id}`, {
    json: { username: 'angela' },
  });
  assert.equal(renamed.body.data.user.username, 'angela');
  await createUser(server, rival, 'ang\u{e9}lique');
  const empty = await server.call('PATCH', `/accounts/${acme}/users/${id}`, { json: {} });
  assert.equal(empty.status, 400);
  const { body } = await server.call('GET', `/accounts/${acme}/users?limit=1`);
  assert.deepEqual([body.data.users[0].id, body.data.has_more], [id, false]);
});

test('an account that does not exist is refused by name', async () => {
  await using server = await startTestServer();
  const json = { project_slug: 'x', project_name: 'x', account_id: 99 };
  assert.deepEqual(fieldsAtFault(await server.call('POST', '/projects', { json })), ['body.account_id']);
  assert.equal((await server.call('POST', '/accounts/99/users', { json: { username: 'a' } })).status, 404);
});

test('a change whose answer is lost clears the caches too: the catalog may have made it', async () => {
  using folder = temporaryFolder();
  const catalog = await openCatalog(join(folder.path, 'catalog.sqlite'), () => undefined);
  const passwords = new Passwords({ onThreadCrash: () => undefined });
  const cleared: number[] = [];
  const onChanged = (id: number) => cleared.push(id);
  const accounts = new Accounts({ catalog, onChanged });
  const users = new AccountUsers({ catalog, passwords, onChanged });
  // Account 7 does not exist.
  for (const change of [
    () => accounts.change(7, { isDisabled: true }, THE_SERVICE, null),
    () => accounts.remove(7, THE_SERVICE, null),
    () => users.remove(7, 7, THE_SERVICE, null),
  ]) {
    await assert.rejects(change);
  }
  assert.deepEqual(cleared, [7, 7, 7]);
  await passwords.close();
  await catalog.destroy();
});

test('a new password of a person may not be easy to guess, and the error names its field', async () => {
  await using server = await startTestServer();
  const acme = await createAccount(server);
  const json = { username: 'grace.hopper', password: 'Grace.Hopper1' };
  const made = await server.call('POST', `/accounts/${acme}/users`, { json });
  assert.deepEqual(fieldsAtFault(made), ['body.password']);
  const id = await createUser(server, acme, 'grace.hopper');
  for (const password of ['12345678', 'grace.hopper']) {
    const changed = await server.call('PATCH', `/accounts/${acme}/users/${id}`, { json: { password } });
    assert.deepEqual(fieldsAtFault(changed), ['body.password'], password);
  }
});
