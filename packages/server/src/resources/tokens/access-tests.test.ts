import assert from 'node:assert/strict';
import { test } from 'node:test';

import { databaseFile } from '../../testing/databases/database-file.ts';
import { borrowTestServer } from '../../testing/http/borrowed-server.ts';
import { importDatabase } from '../../testing/http/import-and-export.ts';
import { fieldsAtFault, startTestServer, type TestServer } from '../../testing/http/test-server.ts';

const TEST = '/projects/shop/auth/tokens/test';

const tables = `
  CREATE TABLE contacts (id INTEGER PRIMARY KEY, email TEXT);
  INSERT INTO contacts VALUES (1, 'ada@example.org'), (2, 'mei@example.org');
  CREATE TABLE "Order Details" ("2" INTEGER, __proto__ TEXT, "naïve" REAL);
  INSERT INTO "Order Details" VALUES (5, 'x', 0.5);
  CREATE TABLE extremes (large INTEGER, small INTEGER, safe INTEGER, up REAL, down REAL, bytes BLOB, none TEXT, empty BLOB);
  INSERT INTO extremes VALUES (9223372036854775807, -9007199254740992, 9007199254740991, 9e999, -9e999, x'00ff', NULL, x'');
  CREATE TABLE empty (id INTEGER PRIMARY KEY);
  CREATE VIEW everyone AS SELECT * FROM contacts;
`;

type Shop = TestServer & { readonly token: string };

async function borrowShop(): Promise<Shop> {
  return furnish(await borrowTestServer());
}

async function furnish(server: TestServer): Promise<Shop> {
  const token = await server.createProject('shop');
  const { status } = await importDatabase(server, 'shop', databaseFile(tables), { token });
  assert.equal(status, 201);
  return Object.assign(server, { token });
}

async function sampleOf(server: TestServer, table_name: string): Promise<unknown> {
  const { status, body } = await server.call('POST', TEST, { json: { table_name } });
  assert.equal(status, 201, JSON.stringify(body));
  return body.data.test.sample_row;
}

test('an access test returns a working token that replaces no other and expires after ten minutes', async (context) => {
  context.mock.timers.enable({ apis: ['Date'], now: Date.parse('2026-11-23T12:00:00Z') });
  await using server = await furnish(await startTestServer());
  const { token } = server;

  const { status, body } = await server.call('POST', TEST, { token, json: { table_name: 'contacts' } });
  assert.equal(status, 201);
  const { token: made, test: result } = body.data;
  assert.deepEqual(Object.keys(made), ['token', 'token_id', 'token_type', 'expires_at']);
  assert.deepEqual(result, {
    project: 'shop',
    table: 'contacts',
    sample_row: { id: 1, email: 'ada@example.org' },
  });
  assert.equal(made.expires_at, '2026-11-23T12:10:00Z');
  const me = await server.call('GET', '/projects/shop/auth/me', { token: made.token });
  assert.equal(me.body.data.token.token_name, 'temporary-access-test');
  assert.equal((await server.call('GET', '/projects/shop', { token })).status, 200);

  context.mock.timers.setTime(Date.parse('2026-11-23T12:10:00Z'));
  assert.equal((await server.call('GET', '/projects/shop', { token: made.token })).status, 401);
  assert.equal((await server.call('GET', '/projects/shop', { token })).status, 200);
});

test('without a table no row is read; an empty table has none', async () => {
  await using server = await borrowShop();

  const { body } = await server.call('POST', TEST, { json: { token_name: 'a try' } });
  assert.deepEqual(body.data.test, { project: 'shop', table: null, sample_row: null });
  assert.equal(await sampleOf(server, 'empty'), null);
});

test('values are returned exactly: large integers, infinities, bytes, and unusual names', async () => {
  await using server = await borrowShop();

  assert.deepEqual(await sampleOf(server, 'EXTREMES'), {
    large: '9223372036854775807',
    small: '-9007199254740992',
    safe: 9_007_199_254_740_991,
    up: 'Infinity',
    down: '-Infinity',
    bytes: 'AP8=',
    none: null,
    empty: '',
  });
  const odd = await sampleOf(server, 'order details');
  assert.deepEqual(Object.entries(odd as object), [
    ['2', 5],
    ['__proto__', 'x'],
    ['naïve', 0.5],
  ]);
});

test('a missing table, a view and a table of SQLite are not_found, and no token is created', async () => {
  await using server = await borrowShop();

  for (const table_name of [
    'nowhere',
    'everyone',
    'sqlite_schema',
    '_rowhouse_x',
    'contacts"; DROP TABLE x',
  ]) {
    const refused = await server.call('POST', TEST, { json: { table_name } });
    assert.equal(refused.body.error?.code, 'not_found', table_name);
  }
  const absent = await server.call('POST', '/projects/nowhere/auth/tokens/test', {
    json: { table_name: 'contacts' },
  });
  assert.equal(absent.body.error?.code, 'not_found');
  const { tokens } = (await server.call('GET', '/projects/shop/auth/tokens')).body.data;
  assert.equal(tokens.length, 1);
});

test('a table with an unknown module is reported as such, and no token is created', async () => {
  await using server = await borrowTestServer();
  const token = await server.createProject('shop');
  const file = databaseFile(`
    CREATE TABLE a (id INTEGER PRIMARY KEY);
    PRAGMA writable_schema = ON;
    INSERT INTO sqlite_schema VALUES ('table', 'places', 'places', 0, 'CREATE VIRTUAL TABLE places USING elsewhere(x)');
  `);
  assert.equal((await importDatabase(server, 'shop', file, { token })).status, 201);

  const refused = await server.call('POST', TEST, { token, json: { table_name: 'places' } });
  assert.equal(refused.body.error?.code, 'conflict');
  assert.match(refused.body.error?.message ?? '', /no such module: elsewhere/);
  const { tokens } = (await server.call('GET', '/projects/shop/auth/tokens', { token })).body.data;
  assert.equal(tokens.length, 1);
});

test('an invalid body is refused with the field', async () => {
  await using server = await borrowShop();
  const cases: readonly (readonly [json: unknown, field: string])[] = [
    [{ table_name: '' }, 'body.table_name'],
    [{ table_name: 7 }, 'body.table_name'],
    [{ table_name: null }, 'body.table_name'],
    [{ table_name: 't'.repeat(1_001) }, 'body.table_name'],
    [{ token_name: '' }, 'body.token_name'],
    [{ token_name: 'n'.repeat(201) }, 'body.token_name'],
    [{ scopes: ['query'] }, 'body.scopes'],
  ];
  for (const [json, field] of cases) {
    const refused = await server.call('POST', TEST, { json });
    assert.equal(refused.body.error?.code, 'validation_failed', JSON.stringify(json));
    assert.deepEqual(fieldsAtFault(refused), [field], JSON.stringify(json));
  }
});

test('an access test has no more permissions and no later expiry than the token of its request', async () => {
  await using server = await borrowShop();
  const expires_at = `${new Date(Date.now() + 300_000).toISOString().slice(0, 19)}Z`;
  const made = await server.call('POST', '/projects/shop/auth/tokens', {
    json: { tables: ['Contacts'], scopes: ['tokens', 'records:read'], expires_at },
  });
  const { token } = made.body.data.token;

  const { body } = await server.call('POST', TEST, { token, json: { table_name: 'contacts' } });
  assert.equal(body.data.token.expires_at, expires_at);
  const { tokens } = (await server.call('GET', '/projects/shop/auth/tokens')).body.data;
  assert.deepEqual([tokens[0].scopes, tokens[0].tables], [['tokens', 'records:read'], ['Contacts']]);
  for (const table_name of ['extremes', 'nowhere']) {
    const refused = await server.call('POST', TEST, { token, json: { table_name } });
    assert.equal(refused.body.error?.code, 'permission_denied', table_name);
  }
});

test('a repeated access test shows no row of a table that its sender has lost', async () => {
  await using server = await borrowShop();
  const { token: owner } = server;
  const ada = { username: 'ada', password: 'correct horse battery' };
  const made = await server.call('POST', '/projects/shop/users', {
    token: owner,
    json: { ...ada, tables: ['contacts', 'empty'] },
  });
  const logIn = await server.call('POST', '/projects/shop/auth/login', { token: null, json: ada });
  const { token } = logIn.body.data.token;
  const headers = { 'idempotency-key': 'k' };
  const run = () => server.call('POST', TEST, { token, json: { table_name: 'contacts' }, headers });
  const first = await run();
  assert.deepEqual((await run()).body.data, first.body.data);
  const user = `/projects/shop/users/${made.body.data.user.id}`;
  await server.call('PATCH', user, { token: owner, json: { tables: ['empty'] } });
  assert.equal((await run()).body.error?.code, 'permission_denied');
});
