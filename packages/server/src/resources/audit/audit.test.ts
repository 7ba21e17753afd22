import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';

import { databaseFile } from '../../testing/databases/database-file.ts';
import { signIn } from '../../testing/http/browser.ts';
import { importDatabase } from '../../testing/http/import-and-export.ts';
import { startTestServer, type TestServer } from '../../testing/http/test-server.ts';

const PASSWORD = 'correct horse battery';

interface Event {
  readonly id: number;
  readonly action: string;
  readonly subject: string | null;
  readonly project_slug: string | null;
  readonly actor: { readonly type: string; readonly id: number | null; readonly name: string | null };
  readonly address: string | null;
  readonly request_id: string | null;
  readonly before: Record<string, unknown> | null;
  readonly after: Record<string, unknown> | null;
}

async function trail(server: TestServer, path = '/audit', token?: string): Promise<readonly Event[]> {
  const { status, body } = await server.call(
    'GET',
    `${path}?limit=500`,
    token === undefined ? {} : { token },
  );
  assert.equal(status, 200, JSON.stringify(body.error));
  return body.data.events.toReversed();
}

test('every change of power is in the trail, with its sender, what was before and after, and no secret', async () => {
  await using server = await startTestServer();
  const secrets: string[] = [PASSWORD];
  const call = async (method: string, path: string, json?: unknown, token?: string) => {
    const answer = await server.call(method, path, { json, ...(token !== undefined && { token }) });
    assert.ok(answer.status < 300, `${method} ${path}: ${JSON.stringify(answer.body.error)}`);
    for (const [secret] of JSON.stringify(answer.body).matchAll(/pat_\w{42}/g)) secrets.push(secret);
    return answer.body;
  };
  await call('POST', '/accounts', { account_name: 'Acme' });
  await call('PATCH', '/accounts/2', { account_name: 'Acme Ltd' });
  await call('POST', '/accounts/2/users', { username: 'mei', password: PASSWORD });
  const mei = await signIn(server, { username: 'mei', password: PASSWORD });
  await mei.call('POST', '/projects', { json: { project_slug: 'shop', project_name: 'Shop' } });
  const { data } = await call('POST', '/projects/shop/auth/tokens', {
    token_name: 'ci',
    scopes: ['records:read'],
  });
  await call('DELETE', `/projects/shop/auth/tokens/${data.token.token_id}`);
  const full = (await call('POST', '/projects/shop/auth/tokens', {})).data.token;
  await call('POST', '/projects/shop/users', { username: 'ada', password: PASSWORD }, full.token);
  await call('POST', '/projects/shop/auth/login', { username: 'ada', password: PASSWORD });
  const file = databaseFile('CREATE TABLE a(x); INSERT INTO a VALUES (1)');
  assert.equal((await importDatabase(server, 'shop', file)).status, 201);
  await call('DELETE', '/projects/shop/table/a', {});
  const exported = await call('POST', '/projects/shop/export/schema', {}, full.token);
  await call('DELETE', `/projects/shop/exports/${exported.data.export.id}`, undefined, full.token);
  await call('PATCH', '/projects/shop', { project_name: 'The Shop' });
  await call('DELETE', '/projects/shop', { confirm_project_slug: 'shop' });

  const events = await trail(server);
  assert.deepEqual(
    events.map(
      ({ action, actor, subject }) => `${action} ${subject} by ${actor.type} ${actor.name ?? actor.id}`,
    ),
    [
      'account.created 2 by admin null',
      'account.changed 2 by admin null',
      'account_user.created 3 by admin null',
      'session.started 1 by account_user mei',
      'project.created shop by account_user mei',
      'token.created 1 by account_user mei',
      'token.created 2 by admin null',
      'token.revoked 2 by admin null',
      'token.created 3 by admin null',
      'project_user.created 1 by project_api_token 3',
      'token.created 4 by project_user ada',
      'database.imported null by admin null',
      'table.deleted a by admin null',
      `export.deleted ${exported.data.export.id} by project_api_token 3`,
      'project.renamed shop by admin null',
      'project.deleted shop by admin null',
    ],
  );
  const renamed = events.at(-2);
  assert.deepEqual(
    [renamed?.before, renamed?.after],
    [{ project_name: 'Shop' }, { project_name: 'The Shop' }],
  );
  assert.deepEqual(events[6]?.after, {
    token_name: 'ci',
    account_user_id: 2,
    project_username: null,
    scopes: ['records:read'],
    tables: null,
    expires_at: null,
    revoked_token_ids: [1],
  });
  for (const event of events) {
    assert.equal(event.address, '127.0.0.1');
    assert.match(String(event.request_id), /^req_/);
  }
  const text = JSON.stringify(events);
  for (const secret of secrets) assert.ok(!text.includes(secret));
});

test('a project reads its own events, without the addresses of people outside of it', async () => {
  await using server = await startTestServer();
  const [shop, rival] = [await server.createProject('shop'), await server.createProject('rival')];
  await server.call('POST', '/projects/shop/auth/tokens', { token: shop, json: { revoke_previous: false } });
  const events = await trail(server, '/projects/shop/audit', shop);
  assert.deepEqual(
    events.map(({ action, actor, address, project_slug }) => [action, actor.type, address, project_slug]),
    [
      ['project.created', 'admin', null, 'shop'],
      ['token.created', 'admin', null, 'shop'],
      ['token.created', 'project_api_token', '127.0.0.1', 'shop'],
    ],
  );
  const foreign = await server.call('GET', '/projects/shop/audit', { token: rival });
  assert.equal(foreign.body.error?.code, 'invalid_token');

  // A project with the slug of a deleted project does not see its events.
  await server.call('DELETE', '/projects/shop', { json: { confirm_project_slug: 'shop' } });
  const next = await server.createProject('shop');
  assert.equal((await trail(server, '/projects/shop/audit', next)).length, 2);
});

test('the trail is read in pages, newest first, and by action', async () => {
  await using server = await startTestServer();
  for (let number = 1; number <= 5; number++) await server.createProject(`p${number}`);
  const ids: number[] = [];
  let path = '/audit?limit=4';
  for (;;) {
    const { body } = await server.call('GET', path);
    ids.push(...body.data.events.map(({ id }: Event) => id));
    if (!body.data.has_more) break;
    path = `/audit?limit=4&before=${body.data.next_before}`;
  }
  assert.deepEqual(ids, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
  const { body } = await server.call('GET', '/audit?action=project.created');
  assert.equal(body.data.returned, 5);
  assert.equal((await server.call('GET', '/audit?action=nothing')).status, 400);
});

test('no statement changes an event or removes one of the last 30 days', async () => {
  await using server = await startTestServer();
  await server.createProject('shop');
  await server.restart(() => {
    using catalog = new DatabaseSync(join(server.dataDir, 'catalog.sqlite'));
    assert.throws(() => catalog.exec("UPDATE audit_events SET actor_name = 'x'"), /cannot be changed/);
    assert.throws(() => catalog.exec('DELETE FROM audit_events'), /kept for 30 days/);
    catalog.exec(`INSERT INTO audit_events (created_at, action, actor_type)
      VALUES (strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-401 days'), 'project.created', 'admin')`);
  });
  // The start removes what is older than ROWHOUSE_AUDIT_DAYS.
  const { body } = await server.call('GET', '/audit');
  assert.ok(body.data.returned <= 3);
});

test('a repeated request adds no event', async () => {
  await using server = await startTestServer();
  const token = await server.createProject('shop');
  const headers = { 'idempotency-key': 'k' };
  const json = { token_name: 'x', revoke_previous: false };
  for (let times = 0; times < 3; times++) {
    await server.call('POST', '/projects/shop/auth/tokens', { token, json, headers });
  }
  const table = { table_name: 'a', columns: [{ column_name: 'x' }] };
  await server.call('POST', '/projects/shop/table', { token, json: table });
  for (let times = 0; times < 3; times++) {
    await server.call('DELETE', '/projects/shop/table/a', {
      token,
      json: {},
      headers: { 'idempotency-key': 'd' },
    });
  }
  const events = await trail(server);
  assert.deepEqual(
    events.map(({ action }) => action),
    ['project.created', 'token.created', 'token.created', 'table.deleted'],
  );
});

test('a token that is revoked again adds no event', async () => {
  await using server = await startTestServer();
  await server.createProject('shop');
  const revoke = () => server.call('DELETE', '/projects/shop/auth/tokens/1');
  for (let times = 0; times < 3; times++) assert.equal((await revoke()).status, 200);
  const { body } = await server.call('GET', '/audit?action=token.revoked');
  assert.equal(body.data.returned, 1);

  // Of a token that another one replaced, the revocation ends the links.
  const json = { revoke_previous: true };
  for (let tokens = 0; tokens < 2; tokens++) {
    await server.call('POST', '/projects/shop/auth/tokens', { json });
  }
  for (let times = 0; times < 2; times++) await server.call('DELETE', '/projects/shop/auth/tokens/2');
  const { body: later } = await server.call('GET', '/audit?action=token.revoked');
  assert.deepEqual(
    later.data.events.map(({ subject }: Event) => subject),
    ['2', '1'],
  );
});
