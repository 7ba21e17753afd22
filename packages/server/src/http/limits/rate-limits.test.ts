import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Credential } from '../../core/credential.ts';
import { startEdgeServer, tokensOf } from '../../testing/http/edge-server.ts';
import { assertFailure } from '../../testing/http/envelope-assertions.ts';
import { createToken } from '../access/token.ts';
import { success } from '../envelope.ts';
import { projectPath } from '../fields/project-slug.ts';
import { EdgeCounts } from '../observability/edge-counts.ts';

function tokenOf(tokenId: number): Credential {
  return {
    kind: 'project_token',
    tokenId,
    projectId: 1,
    projectSlug: 'shop',
    scopes: ['records:read'],
    tables: null,
  };
}

const [one, other] = [createToken('pat'), createToken('pat')];
const authenticator = tokensOf(
  new Map<string, Credential>([
    [one, tokenOf(1)],
    [other, tokenOf(2)],
    ['adm', { kind: 'admin' }],
  ]),
);

/** The clock advances only by `advance`. */
async function startServer(counts = new EdgeCounts()) {
  let now = 1_000;
  const server = await startEdgeServer(
    (app) => {
      const schema = { params: projectPath({}) };
      const config = { access: 'project', scope: 'records:read' } as const;
      app.get('/projects/:project/things', { config, schema }, (request) => success(request, {}));
      app.post('/projects/:project/things', { config, schema }, (request) => success(request, {}));
      const denied = { access: 'project', scope: 'query' } as const;
      app.get('/projects/:project/denied', { config: denied, schema }, (request) => success(request, {}));
    },
    { authenticator, counts, rateLimit: { requests: 3, seconds: 60 }, rateClock: () => now },
  );
  const call = (token: string, path = '/projects/shop/things', method = 'GET') =>
    fetch(server.url + path, { method, headers: { authorization: `Bearer ${token}` } });
  return { ...server, call, advance: (seconds: number) => (now += seconds) };
}

function limitOf(response: Response): string | null {
  assert.equal(response.headers.get('ratelimit-policy'), '"token";q=3;w=60');
  return response.headers.get('ratelimit');
}

test('a token may send a burst of requests, and then one for each that is refilled', async () => {
  const counts = new EdgeCounts();
  await using server = await startServer(counts);
  const first = [await server.call(one), await server.call(one), await server.call(one)];
  assert.deepEqual(
    first.map(({ status }) => status),
    [200, 200, 200],
  );
  assert.deepEqual(first.map(limitOf), ['"token";r=2;t=20', '"token";r=1;t=20', '"token";r=0;t=20']);

  const refused = await server.call(one);
  await assertFailure(refused.clone(), 'rate_limited');
  assert.equal(refused.headers.get('retry-after'), '20');
  assert.equal(limitOf(refused), '"token";r=0;t=20');
  assert.equal(counts.requestsRateLimited, 1);
  assert.match(server.log.join(''), /"level":"warn".*"token_id":1,"session_id":null,"project":"shop"/);
  assert.ok(!server.log.join('').includes(one));

  server.advance(15);
  assert.equal((await server.call(one)).headers.get('retry-after'), '5');
  server.advance(5);
  assert.equal((await server.call(one)).status, 200);
  assert.equal((await server.call(one)).status, 429);
  server.advance(600);
  assert.equal(limitOf(await server.call(one)), '"token";r=2;t=20');
});

test('each token has a separate limit, and the admin credential has none', async () => {
  await using server = await startServer();
  for (let count = 0; count < 3; count++) await server.call(one);
  assert.equal((await server.call(one)).status, 429);
  assert.equal((await server.call(other)).status, 200);
  for (let count = 0; count < 9; count++) {
    const response = await server.call('adm');
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('ratelimit'), null);
  }
});

test('requests refused for other reasons count, a request with a body counts once, and an invalid token has no limit', async () => {
  await using server = await startServer();
  const denied = await server.call(one, '/projects/shop/denied');
  await assertFailure(denied.clone(), 'permission_denied');
  assert.equal(limitOf(denied), '"token";r=2;t=20');
  const elsewhere = await server.call(one, '/projects/other/things');
  await assertFailure(elsewhere.clone(), 'invalid_token');
  assert.equal(limitOf(elsewhere), '"token";r=1;t=20');
  const posted = await server.call(one, '/projects/shop/things', 'POST');
  assert.equal(posted.status, 200);
  assert.equal(limitOf(posted), '"token";r=0;t=20');
  const unknown = await server.call(createToken('pat'));
  await assertFailure(unknown.clone(), 'invalid_token');
  assert.equal(unknown.headers.get('ratelimit'), null);
});
