import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { type Scope, SCOPES } from '../../core/scopes.ts';
import { scopesOf } from '../../http/access/permissions.ts';
import { borrowTestServer } from '../../testing/http/borrowed-server.ts';
import { type RegisteredRoute, registeredRoutes } from '../../testing/http/registered-routes.ts';
import {
  type Answer,
  fieldsAtFault,
  startTestServer,
  type TestServer,
} from '../../testing/http/test-server.ts';

/** A placeholder for every path parameter: no table, token or export has this name or id. */
const NOTHING = '999999';
const TOKENS = '/projects/shop/auth/tokens';

interface Narrowing {
  readonly scopes?: readonly Scope[];
  readonly tables?: readonly string[] | null;
}

async function narrowToken(server: TestServer, grant: Narrowing): Promise<string> {
  const json = { ...grant, revoke_previous: false };
  const { status, body } = await server.call('POST', TOKENS, { json });
  assert.equal(status, 201, JSON.stringify(body));
  return String(body.data.token.token);
}

/** Whether the token is allowed to call the route. Nothing in the path exists in this project. */
async function isAllowed(server: TestServer, route: RegisteredRoute, token: string): Promise<boolean> {
  const path = route.url.replace(':project', 'shop').replaceAll(/:\w+/g, NOTHING);
  const response = await server.fetch(route.method, path, { token });
  await response.body?.cancel();
  assert.notEqual(response.status, 401, `${route.method} ${route.url}`);
  return response.status !== 403;
}

const routes = await registeredRoutes();

test('only these routes need no token', () => {
  const open = routes.filter(({ config, method }) => config.access === 'public' && method !== 'HEAD');
  assert.deepEqual(open.map(({ method, url }) => `${method} ${url}`).toSorted(), [
    'GET /docs',
    'GET /docs/:asset',
    'GET /healthz',
    'GET /openapi.json',
    'GET /readyz',
    // The link itself is the permission.
    'GET /shared/exports/:export_id',
    'GET /sign-in',
    'GET /sign-in/:asset',
    // The password or the code of a link is the credential.
    'POST /auth/sessions',
    'POST /projects/:project/auth/login',
  ]);
});

const tokenRoutes = routes.filter(({ config }) => {
  return config.access === 'project' || config.access === 'account';
});

describe('every route with a project token', () => {
  let server: TestServer;
  before(async () => {
    server = await borrowTestServer();
    await server.createProject('shop');
  });
  after(() => server[Symbol.asyncDispose]());

  for (const route of tokenRoutes) {
    const { scope, tables } = route.config;
    test(`${route.method} ${route.url} requires exactly the scope ${String(scope)}`, async () => {
      assert.ok(scope !== undefined);
      const needed = scopesOf({ scope });

      for (const missing of needed) {
        const token = await narrowToken(server, { scopes: SCOPES.filter((each) => each !== missing) });
        assert.equal(await isAllowed(server, route, token), false, `without ${missing}`);
      }
      const enough = needed.length === 0 ? SCOPES.slice(0, 1) : needed;
      assert.equal(await isAllowed(server, route, await narrowToken(server, { scopes: enough })), true);
    });

    const who = tables === undefined ? 'refuses' : 'accepts';
    test(`${route.method} ${route.url} ${who} a token that is limited to tables`, async () => {
      const token = await narrowToken(server, { tables: [NOTHING] });
      assert.equal(await isAllowed(server, route, token), tables !== undefined);
    });
  }
});

test('a token without scopes and tables has all permissions, and the answer says so', async () => {
  await using server = await borrowTestServer();
  const token = await server.createProject('shop');

  const { body } = await server.call('POST', TOKENS, { token });
  assert.deepEqual(Object.keys(body.data.token), [
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
  assert.deepEqual(body.data.token.scopes, SCOPES);
  assert.equal(body.data.token.tables, null);
});

test('the permissions of a token are listed, and survive a restart', async () => {
  await using server = await startTestServer();
  await server.createProject('shop');
  const token = await narrowToken(server, { scopes: ['tokens'], tables: ['Orders', 'Order Details'] });
  await server.restart();

  const { body } = await server.call('GET', TOKENS, { token });
  const [listed] = body.data.tokens;
  assert.deepEqual(Object.keys(listed).slice(-5), [
    'created_at',
    'scopes',
    'tables',
    'account_user_id',
    'project_username',
  ]);
  assert.deepEqual(listed.scopes, ['tokens']);
  assert.deepEqual(listed.tables, ['Orders', 'Order Details']);
  const refused = await server.call('GET', '/projects/shop', { token });
  assert.equal(refused.body.error?.code, 'permission_denied');
  assert.match(refused.body.error?.message ?? '', /scope project/);
});

async function refusedGrant(server: TestServer, token: string, json: Narrowing): Promise<readonly string[]> {
  const refused: Answer = await server.call('POST', TOKENS, { token, json });
  assert.equal(refused.status, 403, JSON.stringify(json));
  assert.equal(refused.body.error?.code, 'permission_denied');
  return fieldsAtFault(refused);
}

test('a token cannot create one with more permissions', async () => {
  await using server = await borrowTestServer();
  await server.createProject('shop');
  const token = await narrowToken(server, {
    scopes: ['tokens', 'records:read'],
    tables: ['Orders', 'items'],
  });

  for (const scopes of [['records:write'], ['tokens', 'records:read', 'exports'], SCOPES] as const) {
    assert.deepEqual(await refusedGrant(server, token, { scopes }), ['body.scopes']);
  }
  for (const tables of [['customers'], ['Orders', 'items', 'customers'], null]) {
    assert.deepEqual(await refusedGrant(server, token, { tables }), ['body.tables']);
  }
  const { tokens } = (await server.call('GET', TOKENS)).body.data;
  assert.equal(tokens.length, 2, 'nothing was made');
  assert.ok(
    tokens.every((each: { revoked_at: unknown }) => each.revoked_at === null),
    'nothing was revoked',
  );
});

test('a limited token creates tokens with fewer permissions, and by default with the same', async () => {
  await using server = await borrowTestServer();
  await server.createProject('shop');
  const token = await narrowToken(server, { scopes: ['tokens', 'query'], tables: ['Orders', 'items'] });
  const make = async (json: object) => {
    const { status, body } = await server.call('POST', TOKENS, {
      token,
      json: { ...json, revoke_previous: false },
    });
    assert.equal(status, 201);
    return [body.data.token.scopes, body.data.token.tables];
  };

  assert.deepEqual(await make({}), [
    ['tokens', 'query'],
    ['Orders', 'items'],
  ]);
  assert.deepEqual(await make({ scopes: ['query'], tables: ['ORDERS'] }), [['query'], ['ORDERS']]);
});

test('the names of the tables of a token have at most 65,536 characters in all', async () => {
  await using server = await borrowTestServer();
  await server.createProject('shop');
  const create = (last: number) => {
    const tables = [
      ...Array.from({ length: 65 }, (_, index) => String(index).padEnd(1_000, 'x')),
      'y'.repeat(last),
    ];
    return server.call('POST', '/projects/shop/auth/tokens', { json: { tables, revoke_previous: false } });
  };
  assert.deepEqual(fieldsAtFault(await create(537)), ['body.tables']);
  assert.equal((await create(536)).status, 201);
});
