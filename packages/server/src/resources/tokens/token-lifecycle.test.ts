import assert from 'node:assert/strict';
import { test } from 'node:test';

import { borrowTestServer } from '../../testing/http/borrowed-server.ts';
import {
  type Answer,
  fieldsAtFault,
  startTestServer,
  type TestServer,
} from '../../testing/http/test-server.ts';

const TOKENS = '/projects/shop/auth/tokens';

async function makeToken(server: TestServer, token: string, json: unknown = {}): Promise<string> {
  const { status, body } = await server.call('POST', TOKENS, { token, json });
  assert.equal(status, 201, JSON.stringify(body));
  return String(body.data.token.token);
}

async function isValid(server: TestServer, token: string): Promise<boolean> {
  const { status, body } = await server.call('GET', '/projects/shop/auth/me', { token });
  if (status !== 200) assert.equal(body.error?.code, 'invalid_token');
  return status === 200;
}

test('a token is created in the documented form, and replaces the token of its request', async () => {
  await using server = await borrowTestServer();
  const first = await server.createProject('shop');

  const { status, body } = await server.call('POST', TOKENS, {
    token: first,
    json: { token_name: 'production-api', token_type: 'project_api_token' },
  });
  assert.equal(status, 201);
  const { token } = body.data;
  assert.deepEqual(Object.keys(token).slice(0, 5), [
    'token',
    'token_id',
    'token_type',
    'token_name',
    'expires_at',
  ]);
  assert.match(token.token, /^pat_[0-9A-Za-z]{42}$/);
  assert.equal(token.token_name, 'production-api');
  assert.equal(token.expires_at, null);
  assert.equal(await isValid(server, token.token), true);
  assert.equal(await isValid(server, first), false);
});

test('with an empty body a token is created with a default name', async () => {
  await using server = await borrowTestServer();
  const token = await server.createProject('shop');

  const { status, body } = await server.call('POST', TOKENS, { token });
  assert.equal(status, 201);
  assert.equal(body.data.token.token_name, 'default');
});

test('revoke_previous false keeps the earlier tokens, and tokens of other projects are never revoked', async () => {
  await using server = await borrowTestServer();
  const first = await server.createProject('shop');
  const foreign = await server.createProject('rival');

  const second = await makeToken(server, first, { revoke_previous: false });
  assert.deepEqual([await isValid(server, first), await isValid(server, second)], [true, true]);
  const third = await makeToken(server, first);
  assert.deepEqual(
    [await isValid(server, first), await isValid(server, second), await isValid(server, third)],
    [false, false, true],
  );
  assert.equal((await server.call('GET', '/projects/rival/auth/me', { token: foreign })).status, 200);
});

test('a token created with the admin credential belongs to the first user, whose earlier ones it replaces', async () => {
  await using server = await borrowTestServer();
  const first = await server.createProject('shop');

  const { body } = await server.call('POST', TOKENS, { json: {} });
  assert.equal(await isValid(server, first), false);
  assert.equal(await isValid(server, body.data.token.token), true);
  const absent = await server.call('POST', '/projects/nowhere/auth/tokens', { json: {} });
  assert.equal(absent.body.error?.code, 'not_found');
});

test('the list has every token, newest first, with its last use and its revocation, and without its secret', async () => {
  await using server = await borrowTestServer();
  const first = await server.createProject('shop');
  const second = await makeToken(server, first, { token_name: 'second' });

  const { body } = await server.call('GET', TOKENS, { token: second });
  const { tokens } = body.data;
  assert.deepEqual(
    tokens.map((token: { token_name: string; revoked_at: string | null }) => [
      token.token_name,
      token.revoked_at !== null,
    ]),
    [
      ['second', false],
      ['default', true],
    ],
  );
  assert.deepEqual(Object.keys(tokens[0]).slice(0, 7), [
    'id',
    'token_type',
    'token_name',
    'expires_at',
    'revoked_at',
    'last_used_at',
    'created_at',
  ]);
  assert.match(tokens[0].last_used_at, /Z$/);
  for (const secret of [first, second]) assert.ok(!JSON.stringify(body).includes(secret));

  const page = await server.call('GET', `${TOKENS}?limit=1&offset=1`, { token: second });
  assert.deepEqual(page.body.data.tokens, [tokens[1]]);
  assert.equal(page.body.data.has_more, false);
});

test('a revoked token is refused in every later request, also after a restart', async () => {
  await using server = await startTestServer();
  const first = await server.createProject('shop');
  const second = await makeToken(server, first, { revoke_previous: false });
  assert.equal(await isValid(server, second), true);
  const me = await server.call('GET', '/projects/shop/auth/me', { token: second });
  const { id } = me.body.data.token;

  const revoked = await server.call('DELETE', `${TOKENS}/${id}`, { token: first });
  assert.deepEqual(revoked.body.data, { revoked: true, token_id: id });
  assert.equal(await isValid(server, second), false);
  await server.restart();
  assert.equal(await isValid(server, second), false);
  assert.equal(await isValid(server, first), true);
});

test('a token may revoke itself; revoking it again changes nothing', async (context) => {
  context.mock.timers.enable({ apis: ['Date'], now: Date.parse('2026-11-23T12:00:00Z') });
  await using server = await startTestServer();
  const token = await server.createProject('shop');
  const { id } = (await server.call('GET', '/projects/shop/auth/me', { token })).body.data.token;

  assert.equal((await server.call('DELETE', `${TOKENS}/${id}`, { token })).status, 200);
  assert.equal(await isValid(server, token), false);
  context.mock.timers.setTime(Date.parse('2026-11-24T12:00:00Z'));
  assert.equal((await server.call('DELETE', `${TOKENS}/${id}`)).status, 200);
  const { tokens } = (await server.call('GET', TOKENS)).body.data;
  assert.equal(tokens[0].revoked_at, '2026-11-23T12:00:00Z');
});

test('only tokens of the project can be revoked', async () => {
  await using server = await borrowTestServer();
  const token = await server.createProject('shop');
  const foreign = await server.createProject('rival');
  const me = await server.call('GET', '/projects/rival/auth/me', { token: foreign });
  const { id } = me.body.data.token;

  for (const other of [id, 999, Number.MAX_SAFE_INTEGER]) {
    const refused = await server.call('DELETE', `${TOKENS}/${other}`, { token });
    assert.equal(refused.body.error?.code, 'not_found');
  }
  for (const other of ['0', '-1', 'abc', '1.5', '9007199254740993']) {
    const refused = await server.call('DELETE', `${TOKENS}/${other}`, { token });
    assert.equal(refused.body.error?.code, 'validation_failed', other);
    assert.deepEqual(fieldsAtFault(refused), ['path.token_id'], other);
  }
  assert.equal((await server.call('GET', '/projects/rival/auth/me', { token: foreign })).status, 200);
});

test('a token is valid until the second in which it expires, whether it is cached or not', async (context) => {
  context.mock.timers.enable({ apis: ['Date'], now: Date.parse('2026-11-23T12:00:00Z') });
  await using server = await startTestServer();
  const owner = await server.createProject('shop');
  const expiring = { expires_at: '2026-11-23T12:00:10Z', revoke_previous: false };
  const used = await makeToken(server, owner, expiring);
  const unused = await makeToken(server, owner, expiring);

  context.mock.timers.setTime(Date.parse('2026-11-23T12:00:09.999Z'));
  assert.equal(await isValid(server, used), true);
  context.mock.timers.setTime(Date.parse('2026-11-23T12:00:10Z'));
  assert.deepEqual([await isValid(server, used), await isValid(server, unused)], [false, false]);
  assert.equal(await isValid(server, owner), true);
});

test('an expiry in any form of RFC 3339 is stored and shown in UTC and whole seconds, and never later', async () => {
  await using server = await borrowTestServer();
  const token = await server.createProject('shop');
  for (const [expires_at, shown] of [
    ['2096-01-02T00:00:00.999Z', '2096-01-02T00:00:00Z'],
    ['2096-01-02T01:30:00+02:00', '2096-01-01T23:30:00Z'],
    ['2096-01-01T20:00:00.5-05:30', '2096-01-02T01:30:00Z'],
    ['2096-01-02t00:00:00z', '2096-01-02T00:00:00Z'],
    ['9999-12-31T23:59:59.999999Z', '9999-12-31T23:59:59Z'],
  ]) {
    const json = { expires_at, revoke_previous: false };
    const { body } = await server.call('POST', TOKENS, { token, json });
    assert.equal(body.data.token.expires_at, shown);
    const made = await server.call('GET', '/projects/shop/auth/me', { token: body.data.token.token });
    assert.equal(made.body.data.token.expires_at, shown);
  }
});

test('a token that would expire within this second is refused', async (context) => {
  context.mock.timers.enable({ apis: ['Date'], now: Date.parse('2026-11-23T12:00:00.100Z') });
  await using server = await startTestServer();
  const token = await server.createProject('shop');
  const json = { expires_at: '2026-11-23T12:00:00.900Z' };
  assert.deepEqual(fieldsAtFault(await server.call('POST', TOKENS, { token, json })), ['body.expires_at']);
});

test('a token that expires creates only tokens that expire no later, and by default at the same time', async () => {
  await using server = await borrowTestServer();
  const owner = await server.createProject('shop');
  const token = await makeToken(server, owner, {
    expires_at: '2096-01-02T00:00:00Z',
    revoke_previous: false,
  });

  for (const expires_at of ['2096-01-02T00:00:01Z', '2096-01-01T23:00:01-01:00', null]) {
    const refused = await server.call('POST', TOKENS, { token, json: { expires_at } });
    assert.equal(refused.body.error?.code, 'permission_denied');
    assert.deepEqual(fieldsAtFault(refused), ['body.expires_at']);
  }
  assert.equal(await isValid(server, token), true, 'a refusal revokes nothing');
  const json = { expires_at: '2096-01-01T00:00:00Z', revoke_previous: false };
  assert.equal((await server.call('POST', TOKENS, { token, json })).status, 201);
  const { body } = await server.call('POST', TOKENS, { token });
  assert.equal(body.data.token.expires_at, '2096-01-02T00:00:00Z');
});

const refusedBodies: readonly (readonly [json: unknown, field: string])[] = [
  [{ token_name: '' }, 'body.token_name'],
  [{ token_name: 7 }, 'body.token_name'],
  [{ token_name: null }, 'body.token_name'],
  [{ token_name: 'two\nlines' }, 'body.token_name'],
  [{ token_name: 'n'.repeat(201) }, 'body.token_name'],
  [{ token_type: 'admin_credential' }, 'body.token_type'],
  [{ token_type: null }, 'body.token_type'],
  [{ revoke_previous: [] }, 'body.revoke_previous'],
  [{ expires_at: '' }, 'body.expires_at'],
  [{ expires_at: 4_000_000_000 }, 'body.expires_at'],
  [{ expires_at: '2096-01-01' }, 'body.expires_at'],
  [{ expires_at: '2096-01-01T00:00:00' }, 'body.expires_at'],
  [{ expires_at: '2096-01-01T00:00:00+0100' }, 'body.expires_at'],
  [{ expires_at: '2096-12-31T23:59:60Z' }, 'body.expires_at'],
  [{ expires_at: '0000-01-01T00:00:00Z' }, 'body.expires_at'],
  [{ expires_at: '9999-12-31T23:59:59-01:00' }, 'body.expires_at'],
  [{ expires_at: '+020000-01-01T00:00:00Z' }, 'body.expires_at'],
  [{ expires_at: '2096-02-30T00:00:00Z' }, 'body.expires_at'],
  [{ expires_at: '2096-13-01T00:00:00Z' }, 'body.expires_at'],
  [{ expires_at: '2096-01-01T24:00:00Z' }, 'body.expires_at'],
  [{ expires_at: '2001-01-01T00:00:00Z' }, 'body.expires_at'],
  [{ scopes: 'query' }, 'body.scopes'],
  [{ scopes: null }, 'body.scopes'],
  [{ scopes: [] }, 'body.scopes'],
  [{ scopes: ['records:erase'] }, 'body.scopes[0]'],
  [{ scopes: ['query', 'query'] }, 'body.scopes'],
  [{ scopes: ['query', 7] }, 'body.scopes[1]'],
  [{ tables: 'orders' }, 'body.tables'],
  [{ tables: [] }, 'body.tables'],
  [{ tables: [''] }, 'body.tables[0]'],
  [{ tables: [7] }, 'body.tables[0]'],
  [{ tables: ['orders', 'orders'] }, 'body.tables'],
  [{ tables: ['t'.repeat(1_001)] }, 'body.tables[0]'],
  [{ tables: Array.from({ length: 1_001 }, (_, index) => `t${index}`) }, 'body.tables'],
  [{ name: 'x' }, 'body.name'],
];

test('an invalid token is refused with the field, and the earlier ones are kept', async () => {
  await using server = await borrowTestServer();
  const token = await server.createProject('shop');

  for (const [json, field] of refusedBodies) {
    const refused = await server.call('POST', TOKENS, { token, json });
    assert.equal(refused.body.error?.code, 'validation_failed', JSON.stringify(json));
    assert.deepEqual(fieldsAtFault(refused), [field], JSON.stringify(json));
  }
  const { tokens } = (await server.call('GET', TOKENS, { token })).body.data;
  assert.equal(tokens.length, 1);
});

test('of many tokens created concurrently, exactly one stays valid', async () => {
  await using server = await borrowTestServer();
  const first = await server.createProject('shop');

  const made = await Promise.all(Array.from({ length: 10 }, () => server.call('POST', TOKENS, { json: {} })));
  assert.deepEqual(new Set(made.map(({ status }) => status)), new Set([201]));
  const valid = await Promise.all(made.map(({ body }) => isValid(server, body.data.token.token)));
  assert.equal(valid.filter(Boolean).length, 1);
  assert.equal(await isValid(server, first), false);
});

test('a token that is replaced during its own request gets no new token: the first request wins', async () => {
  await using server = await borrowTestServer();
  const token = await server.createProject('shop');

  const answers: readonly Answer[] = await Promise.all(
    Array.from({ length: 10 }, () => server.call('POST', TOKENS, { token })),
  );
  const made = answers.filter(({ status }) => status === 201);
  assert.equal(made.length, 1);
  const codes = answers.filter((answer) => !made.includes(answer)).map(({ body }) => body.error?.code);
  assert.deepEqual(new Set(codes), new Set(['invalid_token']));
  assert.equal(await isValid(server, made[0]?.body.data.token.token), true);
});

test('a revoked token stays revoked during continuous requests', async () => {
  await using server = await borrowTestServer();
  const owner = await server.createProject('shop');
  for (let round = 0; round < 10; round++) {
    const token = await makeToken(server, owner, { revoke_previous: false });
    const { id } = (await server.call('GET', TOKENS, { token: owner })).body.data.tokens[0];
    const using = Array.from({ length: 5 }, () => server.call('GET', '/projects/shop/auth/me', { token }));
    const revoked = await server.call('DELETE', `${TOKENS}/${id}`, { token: owner });
    assert.equal(revoked.status, 200);
    assert.equal(await isValid(server, token), false);
    await Promise.all(using);
    assert.equal(await isValid(server, token), false);
  }
});

async function namesOfTokens(server: TestServer): Promise<readonly string[]> {
  const { tokens } = (await server.call('GET', TOKENS)).body.data;
  return tokens.map((token: { token_name: string }) => token.token_name).toSorted();
}

test('expired and revoked tokens are listed for 30 days and then deleted; valid ones are kept', async (context) => {
  context.mock.timers.enable({ apis: ['Date'], now: Date.parse('2026-11-01T12:00:00Z') });
  await using server = await startTestServer();
  await server.createProject('shop');
  const make = (token_name: string, json: object = {}) =>
    server.call('POST', TOKENS, { json: { token_name, revoke_previous: false, ...json } });
  const { body } = await make('revoked');
  await server.call('DELETE', `${TOKENS}/${body.data.token.token_id}`);
  await make('expired', { expires_at: '2026-11-02T12:00:00Z' });
  await make('lasting', { expires_at: '2030-01-01T00:00:00Z' });

  const listedAt = async (time: string) => {
    context.mock.timers.setTime(Date.parse(time));
    await server.restart();
    return namesOfTokens(server);
  };
  assert.deepEqual(await listedAt('2026-12-01T12:00:00Z'), ['default', 'expired', 'lasting', 'revoked']);
  assert.deepEqual(await listedAt('2026-12-01T12:00:01Z'), ['default', 'expired', 'lasting']);
  assert.deepEqual(await listedAt('2026-12-02T12:00:01Z'), ['default', 'lasting']);
  assert.deepEqual(await listedAt('2036-11-01T12:00:00Z'), ['default']);
});

test('the retention time of tokens can be configured', async (context) => {
  context.mock.timers.enable({ apis: ['Date'], now: Date.parse('2026-11-01T12:00:00Z') });
  await using server = await startTestServer({ tokenKeptDays: 1 });
  const token = await server.createProject('shop');
  await makeToken(server, token, { token_name: 'next' });
  context.mock.timers.setTime(Date.parse('2026-11-02T12:00:01Z'));
  await server.restart();
  assert.deepEqual(await namesOfTokens(server), ['next']);
});

test('the temporary token of an access test is deleted an hour after it expires', async (context) => {
  context.mock.timers.enable({ apis: ['Date'], now: Date.parse('2026-11-01T12:00:00Z') });
  await using server = await startTestServer();
  await server.createProject('shop');
  await server.call('POST', `${TOKENS}/test`, { json: { token_name: 'a test' } });

  context.mock.timers.setTime(Date.parse('2026-11-01T13:10:00Z'));
  await server.restart();
  assert.deepEqual(await namesOfTokens(server), ['a test', 'default']);
  context.mock.timers.setTime(Date.parse('2026-11-01T13:10:01Z'));
  await server.restart();
  assert.deepEqual(await namesOfTokens(server), ['default']);
});

test('a running server deletes old tokens regularly', async (context) => {
  context.mock.timers.enable({ apis: ['Date', 'setInterval'], now: Date.parse('2026-11-01T12:00:00Z') });
  await using server = await startTestServer();
  await server.createProject('shop');
  await server.call('POST', `${TOKENS}/test`, { json: { token_name: 'a test' } });

  context.mock.timers.tick(4_800_000);
  assert.deepEqual(await namesOfTokens(server), ['default']);
});
