import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';

import { signIn } from '../../testing/http/browser.ts';
import {
  fieldsAtFault,
  type OwnTestServer,
  startTestServer,
  type TestServer,
} from '../../testing/http/test-server.ts';
import { nextEvent } from '../../testing/system/waiting.ts';

const PASSWORD = 'correct horse battery';
const ada = { username: 'ada', password: PASSWORD };

/** With the project `crm`, whose first user is Ada, and an account with the user Mei. */
async function startWithPeople(): Promise<OwnTestServer> {
  const server = await startTestServer();
  const json = { project_slug: 'crm', project_name: 'CRM', initial_project_user: ada };
  assert.equal((await server.call('POST', '/bootstrap', { json })).status, 201);
  await server.call('POST', '/accounts', { json: { account_name: 'Acme' } });
  const mei = { username: 'mei', password: PASSWORD };
  assert.equal((await server.call('POST', '/accounts/2/users', { json: mei })).status, 201);
  return server;
}

function logIn(server: TestServer, json: object) {
  return server.call('POST', '/auth/sessions', { token: null, json });
}

test('the cookie of a session is HttpOnly and SameSite=Strict, and Secure unless the host is this machine', async () => {
  await using server = await startWithPeople();
  const { setCookie } = await signIn(server, { ...ada, project_slug: 'crm' });
  assert.match(
    setCookie,
    /^rowhouse_session=ses_\w{42}; Path=\/; Max-Age=604800; HttpOnly; SameSite=Strict$/,
  );
  for (const host of ['data.example.com', 'localhost.example.com', '192.168.1.7:8787']) {
    assert.match(await cookieFor(server, host), /; Secure$/, host);
  }
  for (const host of ['localhost:1234', '127.0.0.1', '[::1]:80']) {
    assert.doesNotMatch(await cookieFor(server, host), /Secure/, host);
  }
});

/** `fetch` cannot set the header `Host`. */
async function cookieFor({ url }: TestServer, host: string): Promise<string> {
  const body = JSON.stringify({ ...ada, project_slug: 'crm' });
  const headers = { host, 'content-type': 'application/json' };
  const sent = httpRequest(`${url}/auth/sessions`, { method: 'POST', headers });
  sent.end(body);
  const [answer] = await nextEvent(sent, 'response');
  answer.resume();
  return String(answer.headers['set-cookie']);
}

test('a user of a project has in a session the rights of the user, in this project alone', async () => {
  await using server = await startWithPeople();
  await server.createProject('shop');
  const browser = await signIn(server, { ...ada, project_slug: 'CRM' });
  assert.equal(browser.signedIn.user.role, 'project_user');
  const me = await browser.call('GET', '/projects/crm/auth/me');
  assert.deepEqual(
    [me.body.data.token.id, me.body.data.token.token_type, me.body.data.token.token_name],
    [null, 'session', 'ada'],
  );
  assert.equal((await browser.call('GET', '/projects/crm/tables')).status, 200);
  const foreign = await browser.call('GET', '/projects/shop/tables');
  assert.deepEqual(foreign.body.error, (await browser.call('GET', '/projects/absent/tables')).body.error);
  assert.equal(foreign.body.error?.code, 'invalid_token');
  assert.equal((await browser.call('GET', '/projects')).body.error?.code, 'permission_denied');

  const { body } = await server.call('GET', '/projects/crm/users');
  const user = `/projects/crm/users/${body.data.users[0].id}`;
  await server.call('PATCH', user, { json: { scopes: ['records:read'] } });
  assert.equal((await browser.call('GET', '/projects/crm/tables')).body.error?.code, 'permission_denied');
  await server.call('PATCH', user, { json: { disabled: true } });
  assert.equal((await browser.call('GET', '/projects/crm/tables')).body.error?.code, 'invalid_token');
});

test('a page of another origin cannot use a session', async () => {
  await using server = await startWithPeople();
  const browser = await signIn(server, { ...ada, project_slug: 'crm' });
  const table = { table_name: 't' };
  const create = (headers: Record<string, string>) =>
    browser.call('POST', '/projects/crm/table', { json: table, headers });
  const { port } = new URL(server.url);
  for (const headers of [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: '' },
    { origin: `http://127.0.0.1:${Number(port) + 1}` },
    { origin: `http://evil.example:${port}` },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ]) {
    const { body } = await create(headers);
    assert.equal(body.error?.code, 'permission_denied', JSON.stringify(headers));
  }
  const read = await browser.call('GET', '/projects/crm/tables', {
    headers: { 'sec-fetch-site': 'same-site' },
  });
  assert.equal(read.body.error?.code, 'permission_denied');
  assert.deepEqual((await browser.call('GET', '/projects/crm/tables')).body.data.tables, []);
  assert.equal(
    (await create({ 'sec-fetch-site': 'same-origin', origin: 'https://proxy.example' })).status,
    201,
  );

  // A client without a browser's headers, and with the cookie, may read and change nothing.
  const cookie = { cookie: String(browser.setCookie.split(';')[0]) };
  const bare = await server.call('POST', '/projects/crm/table', {
    token: null,
    json: { table_name: 'u' },
    headers: cookie,
  });
  assert.equal(bare.body.error?.code, 'permission_denied');
});

test('a token in the Authorization header comes before the cookie', async () => {
  await using server = await startWithPeople();
  const browser = await signIn(server, { username: 'mei', password: PASSWORD });
  const headers = { cookie: String(browser.setCookie.split(';')[0]), origin: 'https://evil.example' };
  const { status } = await server.call('GET', '/accounts', { headers });
  assert.equal(status, 200);
  for (const cookie of ['rowhouse_session=', 'rowhouse_session=x', 'other=1', 'xrowhouse_session=ses_1']) {
    const { body } = await server.call('GET', '/projects', { token: null, headers: { cookie } });
    assert.equal(body.error?.code, cookie.endsWith('=x') ? 'invalid_token' : 'missing_authorization', cookie);
  }
});

test('people list and end their own sessions, and nobody else’s', async () => {
  await using server = await startWithPeople();
  const [one, two] = [
    await signIn(server, { ...ada, project_slug: 'crm' }),
    await signIn(server, { ...ada, project_slug: 'crm' }),
  ];
  const mei = await signIn(server, { username: 'mei', password: PASSWORD });
  const { body } = await one.call('GET', '/auth/sessions');
  assert.deepEqual(
    body.data.sessions.map((session: { id: number }) => session.id),
    [two.signedIn.session.id, one.signedIn.session.id],
  );
  const ofTwo = `/auth/sessions/${two.signedIn.session.id}`;
  assert.equal((await mei.call('DELETE', ofTwo)).body.error?.code, 'not_found');
  assert.equal((await one.call('DELETE', ofTwo)).status, 200);
  assert.equal((await one.call('DELETE', ofTwo)).body.error?.code, 'not_found');
  assert.equal((await two.call('GET', '/auth/session')).body.error?.code, 'invalid_token');
  const out = await one.call('DELETE', '/auth/session');
  assert.match(String(out.headers.get('set-cookie')), /^rowhouse_session=; Path=\/; Max-Age=0;/);
  assert.equal((await one.call('GET', '/auth/session')).body.error?.code, 'invalid_token');
  assert.equal((await mei.call('GET', '/auth/session')).status, 200);
  const withToken = await server.call('GET', '/auth/session');
  assert.equal(withToken.body.error?.code, 'permission_denied');
});

test('a session ends after a week, and survives a restart until then', async (context) => {
  await using server = await startWithPeople();
  const browser = await signIn(server, { ...ada, project_slug: 'crm' });
  await server.restart();
  const { cookie, origin } = { cookie: String(browser.setCookie.split(';')[0]), origin: server.url };
  const tables = () =>
    server.call('GET', '/projects/crm/tables', { token: null, headers: { cookie, origin } });
  assert.equal((await tables()).status, 200);
  const end = Date.parse(browser.signedIn.session.expires_at);
  context.mock.timers.enable({ apis: ['Date'], now: end - 1_000 });
  assert.equal((await tables()).status, 200);
  context.mock.timers.setTime(end);
  assert.equal((await tables()).body.error?.code, 'invalid_token');
});

test('a user has at most twenty sessions: the oldest one ends', async () => {
  await using server = await startWithPeople();
  const first = await signIn(server, { ...ada, project_slug: 'crm' });
  for (let others = 1; others < 20; others++) await signIn(server, { ...ada, project_slug: 'crm' });
  assert.equal((await first.call('GET', '/auth/session')).status, 200);
  const last = await signIn(server, { ...ada, project_slug: 'crm' });
  assert.equal((await first.call('GET', '/auth/session')).body.error?.code, 'invalid_token');
  assert.equal((await last.call('GET', '/auth/sessions')).body.data.sessions.length, 20);
});

test('a link signs a person in once, and lets them set a password', async () => {
  await using server = await startWithPeople();
  const { body } = await server.call('POST', '/accounts/1/users/1/sign-in-link');
  const url = new URL(body.data.link.url);
  assert.equal(url.pathname, '/sign-in');
  const code = url.hash.slice(1);
  const owner = await signIn(server, { code });
  assert.deepEqual([owner.signedIn.user.role, owner.signedIn.user.has_password], ['owner', false]);
  assert.equal((await owner.call('GET', '/accounts')).status, 200);
  assert.equal((await logIn(server, { code })).body.error?.code, 'invalid_credentials');
  assert.equal((await owner.call('POST', '/auth/password', { json: { password: PASSWORD } })).status, 200);
  const again = await signIn(server, { username: 'owner', password: PASSWORD });
  assert.equal(again.signedIn.user.has_password, true);

  // With a password, the current one is needed.
  const change = (json: object) => again.call('POST', '/auth/password', { json });
  const next = 'an even longer password';
  assert.deepEqual(fieldsAtFault(await change({ password: next })), ['body.current_password']);
  const wrong = await change({ password: next, current_password: 'wrong password' });
  assert.equal(wrong.body.error?.code, 'invalid_credentials');
  assert.equal((await change({ password: next, current_password: PASSWORD })).status, 200);
  assert.equal((await owner.call('GET', '/auth/session')).body.error?.code, 'invalid_token', 'others end');
  assert.equal((await again.call('GET', '/auth/session')).status, 200);
  assert.equal((await logIn(server, { username: 'owner', password: PASSWORD })).status, 401);
});

test('a new link replaces the earlier one, and a link ends after a day', async (context) => {
  await using server = await startWithPeople();
  const create = async () => {
    const { body } = await server.call('POST', '/accounts/1/users/1/sign-in-link');
    return { code: new URL(body.data.link.url).hash.slice(1), end: Date.parse(body.data.link.expires_at) };
  };
  const [first, second] = [await create(), await create()];
  assert.equal((await logIn(server, { code: first.code })).status, 401);
  context.mock.timers.enable({ apis: ['Date'], now: second.end });
  assert.equal((await logIn(server, { code: second.code })).status, 401);
});

test('no secret of a session or a link is stored', async () => {
  await using server = await startWithPeople();
  const browser = await signIn(server, { ...ada, project_slug: 'crm' });
  const secret = /ses_\w+/.exec(browser.setCookie)?.[0] ?? '';
  await server.call('POST', '/accounts/1/users/1/sign-in-link');
  await server.restart(() => {
    using catalog = new DatabaseSync(join(server.dataDir, 'catalog.sqlite'));
    const rows = catalog.prepare('SELECT * FROM sessions, sign_in_links, audit_events').all();
    assert.ok(rows.length > 0);
    assert.doesNotMatch(JSON.stringify(rows), new RegExp(`${secret}|${PASSWORD}`));
  });
});

test('the body of a log-in names its fields', async () => {
  await using server = await startTestServer();
  for (const json of [
    {},
    { username: 'ada' },
    { code: 'x', username: 'ada', password: PASSWORD },
    { code: 1 },
  ]) {
    assert.equal((await logIn(server, json)).status, 400, JSON.stringify(json));
  }
  const page = await server.fetch('GET', '/sign-in', { token: null });
  assert.match(await page.text(), /<form id="sign-in"/);
  const policy = String(page.headers.get('content-security-policy'));
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /frame-ancestors 'none'/);
});
