import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { borrowTestServer } from '../../testing/http/borrowed-server.ts';
import type { Answer, TestServer } from '../../testing/http/test-server.ts';
import { fieldsAtFault } from '../../testing/http/test-server.ts';

const PASSWORD = 'correct horse battery';
const USERS = '/projects/shop/users';

let server: TestServer;
let owner: string;
before(async () => {
  server = await borrowTestServer();
  owner = await server.createProject('shop');
  for (const table_name of ['orders', 'salaries']) {
    const json = { table_name, columns: [{ column_name: 'total' }] };
    assert.equal((await server.call('POST', '/projects/shop/table', { token: owner, json })).status, 201);
  }
});
after(() => server[Symbol.asyncDispose]());

function create(json: object, token = owner): Promise<Answer> {
  return server.call('POST', USERS, { token, json: { password: PASSWORD, ...json } });
}

async function createdId(json: object): Promise<number> {
  const { status, body } = await create(json);
  assert.equal(status, 201, JSON.stringify(body.error));
  return body.data.user.id;
}

async function logIn(username: string, password = PASSWORD): Promise<Answer> {
  return server.call('POST', '/projects/shop/auth/login', { token: null, json: { username, password } });
}

async function limitedToken(grant: object): Promise<string> {
  const json = { ...grant, revoke_previous: false };
  const { body } = await server.call('POST', '/projects/shop/auth/tokens', { token: owner, json });
  return body.data.token.token;
}

test('no token of a user exceeds the user, also after the user’s rights change', async () => {
  const id = await createdId({ username: 'ada', scopes: ['records:read', 'tokens'], tables: ['orders'] });
  const { body } = await logIn('ada');
  const { token, scopes, tables } = body.data.token;
  assert.deepEqual([scopes, tables], [['records:read', 'tokens'], ['orders']]);
  const status = async (path: string, of = token) =>
    (await server.call('GET', `/projects/shop${path}`, { token: of })).status;
  assert.deepEqual(
    [await status('/records/orders'), await status('/records/salaries'), await status('/table/orders')],
    [200, 403, 403],
  );
  const wider = await server.call('POST', '/projects/shop/auth/tokens', {
    token,
    json: { scopes: ['records:read', 'records:write'] },
  });
  assert.deepEqual(fieldsAtFault(wider), ['body.scopes']);
  const made = await server.call('POST', '/projects/shop/auth/tokens', { token, json: {} });
  const copy = made.body.data.token;
  assert.deepEqual([copy.project_username, copy.scopes, copy.tables], ['ada', scopes, tables]);

  const change = (json: object) => server.call('PATCH', `${USERS}/${id}`, { token: owner, json });
  await change({ scopes: ['records:read', 'schema:read'], tables: null });
  const changed = [
    await status('/records/orders', copy.token),
    await status('/records/salaries', copy.token),
    await status('/table/orders', copy.token),
  ];
  assert.deepEqual(changed, [200, 403, 403], 'the token keeps its own limits');
  await change({ tables: ['salaries'] });
  assert.equal(await status('/records/orders', copy.token), 403);
  const listed = await server.call('GET', '/projects/shop/auth/tokens', { token: owner });
  const row = listed.body.data.tokens.find((each: { id: number }) => each.id === copy.token_id);
  assert.deepEqual([row.scopes, row.tables], [['records:read'], []]);

  await change({ disabled: true });
  assert.equal(await status('/auth/me', copy.token), 401);
  assert.equal((await logIn('ada')).status, 401);
  await change({ disabled: false });
  assert.equal(await status('/auth/me', copy.token), 200);
  assert.equal((await server.call('DELETE', `${USERS}/${id}`, { token: owner })).status, 200);
  assert.equal(await status('/auth/me', copy.token), 401);
  assert.equal((await logIn('ada')).status, 401);
});

test('nobody creates, widens or takes over a user with more rights than their own', async () => {
  const full = await createdId({ username: 'full' });
  const small = await createdId({ username: 'small', scopes: ['tokens', 'records:read'] });
  const token = await limitedToken({ scopes: ['tokens', 'records:read'] });
  const change = (id: number, json: object) => server.call('PATCH', `${USERS}/${id}`, { token, json });
  for (const [what, answer] of [
    ['created with more', await create({ username: 'x', scopes: ['query'] }, token)],
    ['password', await change(full, { password: 'a long new password' })],
    ['narrowed', await change(full, { scopes: ['records:read'] })],
    ['widened', await change(small, { scopes: ['records:read', 'query'] })],
    [
      'password with the end of access',
      await change(full, { disabled: true, password: 'a long new password' }),
    ],
  ] as const) {
    assert.equal(answer.body.error?.code, 'permission_denied', what);
  }
  const wider = await change(small, { scopes: ['records:read', 'query'] });
  assert.deepEqual(wider.body.error?.details, [
    { field: 'body.scopes', message: 'must be among tokens, records:read' },
  ]);
  assert.equal((await logIn('full')).status, 201, 'the password is unchanged');
  const inherited = await create({ username: 'like me' }, token);
  assert.deepEqual(inherited.body.data.user.scopes, ['tokens', 'records:read']);
  assert.equal((await change(small, { password: 'a long new password' })).status, 200);
  assert.equal((await logIn('small', 'a long new password')).status, 201);

  // The scope ends access, as it revokes every token. Enabling gives rights.
  assert.equal((await change(full, { disabled: true })).status, 200);
  assert.equal((await change(full, { disabled: false })).body.error?.code, 'permission_denied');

  const ofTable = await limitedToken({ tables: ['orders'] });
  for (const method of ['GET', 'POST']) {
    const json = method === 'POST' ? { username: 'y', password: PASSWORD } : undefined;
    const { body } = await server.call(method, USERS, { token: ofTable, json });
    assert.equal(body.error?.code, 'permission_denied');
  }
});

test('a token that expires leaves no access behind: it only ends that of users', async () => {
  const id = await createdId({ username: 'kim', scopes: ['records:read'] });
  const token = await limitedToken({ expires_at: '2096-11-24T00:00:00Z' });
  const change = (json: object) => server.call('PATCH', `${USERS}/${id}`, { token, json });
  const refused = await create({ username: 'after me', scopes: ['records:read'] }, token);
  assert.equal(refused.body.error?.code, 'permission_denied');
  for (const json of [
    { password: 'a long new password' },
    { scopes: ['records:read'] },
    { disabled: false },
  ]) {
    assert.equal((await change(json)).body.error?.code, 'permission_denied', JSON.stringify(json));
  }
  assert.equal((await change({ disabled: true })).status, 200);
  assert.equal((await server.call('DELETE', `${USERS}/${id}`, { token })).status, 200);
});

test('users are listed without secrets, and a name is used once in a project', async () => {
  await createdId({ username: 'ang\u{e9}lique' });
  assert.equal((await create({ username: 'ange\u{301}lique' })).body.error?.code, 'already_exists');
  const { body } = await server.call('GET', `${USERS}?limit=500`, { token: owner });
  const last = body.data.users.at(-1);
  assert.deepEqual(Object.keys(last), [
    'id',
    'username',
    'account_user_id',
    'scopes',
    'tables',
    'disabled_at',
    'created_at',
    'updated_at',
  ]);
  const one = await server.call('GET', `${USERS}/${last.id}`, { token: owner });
  assert.deepEqual(one.body.data.user, last);
  const rival = await server.createProject('rival');
  const foreign = await server.call('GET', `/projects/rival/users/${last.id}`, { token: rival });
  assert.equal(foreign.body.error?.code, 'not_found');
});
