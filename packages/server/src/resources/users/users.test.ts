import assert from 'node:assert/strict';
import { scryptSync } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';

import type { ServiceOptions } from '../../compose.ts';
import { PASSWORD_COST } from '../../passwords/passwords.ts';
import { borrowTestServer } from '../../testing/http/borrowed-server.ts';
import {
  type Answer,
  fieldsAtFault,
  type OwnTestServer,
  startTestServer,
  type TestServer,
} from '../../testing/http/test-server.ts';

const LOGIN = '/projects/crm/auth/login';
const ada = { username: 'ada', password: 'correct horse battery' };

/** With the project `crm`, whose first user Ada has a token. */
async function startWithAda(
  options: ServiceOptions = {},
): Promise<OwnTestServer & { readonly production: string }> {
  const server = await startTestServer({}, options);
  const json = {
    project_slug: 'crm',
    project_name: 'CRM',
    initial_project_user: ada,
    project_api_tokens: [{ account_user_id: 1, token_name: 'production' }],
  };
  const { body } = await server.call('POST', '/bootstrap', { json });
  return Object.assign(server, { production: String(body.data.project_api_tokens[0].token) });
}

function logIn(server: TestServer, json: unknown, path = LOGIN): Promise<Answer> {
  return server.call('POST', path, { json, token: null });
}

async function isValid(server: TestServer, token: string): Promise<boolean> {
  return (await server.call('GET', '/projects/crm/auth/me', { token })).status === 200;
}

test('the first user of a project logs in and gets a token that works, also after a restart', async (context) => {
  context.mock.timers.enable({ apis: ['Date'], now: Date.parse('2026-11-23T12:00:00Z') });
  await using server = await startWithAda();
  await server.restart();

  const { status, body } = await logIn(server, ada, '/projects/CRM/auth/login');
  assert.equal(status, 201);
  const { token } = body.data;
  assert.deepEqual(Object.keys(token), [
    'token',
    'token_id',
    'token_type',
    'token_name',
    'expires_at',
    'created_at',
    'scopes',
    'tables',
    'account_user_id',
    'project_username',
  ]);
  assert.equal(token.token_type, 'project_api_token');
  assert.equal(token.token_name, 'login');
  assert.equal(token.expires_at, '2026-12-23T12:00:00Z');
  assert.deepEqual([token.account_user_id, token.project_username], [2, 'ada']);
  assert.ok(await isValid(server, token.token));
  const [listed] = (await server.call('GET', '/projects/crm/auth/tokens')).body.data.tokens;
  assert.deepEqual([listed.account_user_id, listed.project_username], [2, 'ada']);
});

test('a login keeps the earlier tokens of its user unless it requests their revocation, and always those of other users', async () => {
  await using server = await startWithAda();
  const first = (await logIn(server, ada)).body.data.token.token;
  const second = (await logIn(server, { ...ada, token_name: 'phone', expires_at: null })).body.data.token;
  assert.equal(second.expires_at, null);
  assert.ok(await isValid(server, first));

  const third = (await logIn(server, { ...ada, revoke_previous: true })).body.data.token.token;
  assert.deepEqual(
    await Promise.all([first, second.token, third, server.production].map((each) => isValid(server, each))),
    [false, false, true, true],
  );
});

test('a token that a user creates belongs to that user, and replaces only that user’s tokens', async () => {
  await using server = await startWithAda();
  const session = (await logIn(server, ada)).body.data.token.token;

  const { body } = await server.call('POST', '/projects/crm/auth/tokens', { token: session, json: {} });
  assert.deepEqual([body.data.token.account_user_id, body.data.token.project_username], [2, 'ada']);
  assert.equal(await isValid(server, session), false);
  assert.ok(await isValid(server, server.production));
});

test('a wrong password, an unknown user and an unknown project are refused with the same answer', async () => {
  await using server = await startWithAda();
  await server.createProject('userless');

  const refused = [
    await logIn(server, { ...ada, password: 'correct horse batterY' }),
    await logIn(server, { ...ada, password: 'x' }),
    await logIn(server, { ...ada, username: 'Ada' }),
    await logIn(server, { ...ada, username: 'eve' }),
    await logIn(server, ada, '/projects/userless/auth/login'),
    await logIn(server, ada, '/projects/nowhere/auth/login'),
  ];
  for (const { status, body } of refused) {
    assert.equal(status, 401);
    assert.equal(body.error?.code, 'invalid_credentials');
    assert.deepEqual(body.error, refused[0]?.body.error);
  }
  const { tokens } = (await server.call('GET', '/projects/crm/auth/tokens')).body.data;
  assert.equal(tokens.length, 1, 'nothing was made');
});

test('a user with too many attempts must wait, whatever the password; other users need not', async (context) => {
  context.mock.timers.enable({ apis: ['Date'], now: Date.parse('2026-11-23T12:00:00Z') });
  await using server = await startWithAda();
  for (let tries = 0; tries < 10; tries++) {
    assert.equal((await logIn(server, { ...ada, password: 'a guess' })).status, 401);
  }

  const refused = await logIn(server, ada);
  assert.equal(refused.status, 429);
  assert.equal(refused.body.error?.code, 'rate_limited');
  assert.equal(refused.headers.get('retry-after'), '600');
  assert.equal((await logIn(server, { ...ada, username: 'eve' })).status, 401);
  context.mock.timers.setTime(Date.parse('2026-11-23T12:10:00Z'));
  assert.equal((await logIn(server, ada)).status, 201);
});

test('an unknown user has the same limit', async () => {
  await using server = await startWithAda();
  const statuses: number[] = [];
  for (let tries = 0; tries < 12; tries++) {
    statuses.push((await logIn(server, { ...ada, username: 'eve' })).status);
  }
  assert.deepEqual(statuses, [...Array.from({ length: 10 }, () => 401), 429, 429]);
});

test('the users of a deleted project are deleted, and a new project with that slug has its own', async () => {
  await using server = await startWithAda();
  const session = (await logIn(server, ada)).body.data.token.token;
  await server.call('DELETE', '/projects/crm', { token: session, json: { confirm_project_slug: 'crm' } });
  await server.createProject('crm');

  assert.equal((await logIn(server, ada)).status, 401);
  assert.equal(await isValid(server, session), false);
});

test('names and passwords in any script and Unicode form are accepted', async () => {
  await using server = await borrowTestServer();
  const typed = { username: 'Ange\u{301}lique 😀', password: 'пароль мой\u{301}' };
  const json = { project_slug: 'crm', project_name: 'CRM', initial_project_user: typed };
  const { body } = await server.call('POST', '/bootstrap', { json });
  assert.equal(body.data.initial_project_user.username, typed.username.normalize('NFC'));

  const composed = { username: typed.username.normalize('NFC'), password: typed.password.normalize('NFC') };
  assert.equal((await logIn(server, composed)).status, 201);
  assert.equal((await logIn(server, typed)).status, 201);
});

test('a login with an outdated hash replaces it with a current one of the same password', async () => {
  await using server = await startWithAda({ passwordCost: PASSWORD_COST });
  const path = join(server.dataDir, 'catalog.sqlite');
  const salt = Buffer.alloc(16, 1);
  const hash = scryptSync(ada.password, salt, 32, { N: 2 ** 10, r: 8, p: 1 })
    .toString('base64')
    .slice(0, 43);
  const weak = `$scrypt$ln=10,r=8,p=1$${salt.toString('base64').slice(0, 22)}$${hash}`;
  const storedAfter = async () => {
    let stored: unknown;
    await server.restart(() => {
      using catalog = new DatabaseSync(path);
      stored = catalog.prepare('SELECT password_hash FROM project_users').get()?.['password_hash'];
    });
    return String(stored);
  };
  await server.restart(() => {
    using catalog = new DatabaseSync(path);
    catalog.prepare('UPDATE project_users SET password_hash = ?').run(weak);
  });

  assert.equal((await logIn(server, { ...ada, password: 'a wrong one' })).status, 401);
  assert.equal(await storedAfter(), weak);
  assert.equal((await logIn(server, ada)).status, 201);
  assert.match(await storedAfter(), /^\$scrypt\$ln=15,r=8,p=3\$/);
  assert.equal((await logIn(server, ada)).status, 201);
});

test('an invalid login is refused with the field', async () => {
  await using server = await startWithAda();
  const cases: readonly (readonly [json: unknown, field: string])[] = [
    [{ password: 'x' }, 'body.username'],
    [{ username: 'ada' }, 'body.password'],
    [{ ...ada, username: '' }, 'body.username'],
    [{ ...ada, username: 7 }, 'body.username'],
    [{ ...ada, username: 'u'.repeat(201) }, 'body.username'],
    [{ ...ada, password: null }, 'body.password'],
    [{ ...ada, token_name: '' }, 'body.token_name'],
    [{ ...ada, expires_at: '2020-01-01T00:00:00Z' }, 'body.expires_at'],
    [{ ...ada, expires_at: 'tomorrow' }, 'body.expires_at'],
    [{ ...ada, scopes: ['query'] }, 'body.scopes'],
  ];
  for (const [json, field] of cases) {
    const refused = await logIn(server, json);
    assert.equal(refused.body.error?.code, 'validation_failed', JSON.stringify(json));
    assert.deepEqual(fieldsAtFault(refused), [field], JSON.stringify(json));
    assert.ok(!JSON.stringify(refused.body).includes(ada.password));
  }
});
