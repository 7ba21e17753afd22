import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Type } from 'typebox';

import type { Credential } from '../../core/credential.ts';
import type { Scope } from '../../core/scopes.ts';
import { type EdgeServer, startEdgeServer, tokensOf } from '../../testing/http/edge-server.ts';
import { assertFailure } from '../../testing/http/envelope-assertions.ts';
import { success } from '../envelope.ts';
import { projectPath } from '../fields/project-slug.ts';
import { credentialOf } from './authentication.ts';
import { allowedTables } from './permissions.ts';
import { createToken } from './token.ts';

const adminToken = 'the-owner-chose-this:credential!';
const token = createToken('pat');
const reader = createToken('pat');
const writer = createToken('pat');
const guest = createToken('pat');

function ofExample(grant: {
  readonly scopes?: readonly Scope[];
  readonly tables?: readonly string[];
}): Credential {
  const project = { projectId: 1, projectSlug: 'example_project' };
  return { kind: 'project_token', tokenId: 9, ...project, scopes: null, tables: null, ...grant };
}

const credentials = tokensOf(
  new Map([
    [adminToken, { kind: 'admin' }],
    [token, ofExample({})],
    [reader, ofExample({ scopes: ['records:read'] })],
    [writer, ofExample({ scopes: ['records:write', 'schema:write'] })],
    [guest, ofExample({ tables: ['Orders'] })],
  ]),
);

let server: EdgeServer;
before(async () => {
  server = await startEdgeServer(
    (app) => {
      app.get('/public', { config: { access: 'public' } }, (request) =>
        success(request, { who: request.credential }),
      );
      app.get('/admin', { config: { access: 'admin' } }, (request) =>
        success(request, { who: credentialOf(request) }),
      );
      app.post(
        '/owner',
        {
          config: { access: 'admin' },
          schema: { body: Type.Object({}, { additionalProperties: false }) },
        },
        (request) => success(request, { who: credentialOf(request) }),
      );
      app.get(
        '/projects/:project',
        {
          config: { access: 'project', scope: null, tables: 'untouched' },
          schema: { params: projectPath({}) },
        },
        (request) => success(request, { who: credentialOf(request) }),
      );
      app.get('/account', { config: { access: 'account', scope: 'schema:write' } }, (request) =>
        success(request, { who: credentialOf(request) }),
      );
      app.get(
        '/projects/:project/whole',
        {
          config: { access: 'project', scope: ['schema:write', 'records:write'] },
          schema: { params: projectPath({}) },
        },
        (request) => success(request, { who: credentialOf(request) }),
      );
      app.get(
        '/projects/:project/of/:table',
        {
          config: { access: 'project', scope: null, tables: 'checked' },
          schema: { params: projectPath({ table: Type.String() }) },
        },
        (request) => {
          const credential = credentialOf(request);
          return success(request, { who: { ...credential, tables: allowedTables(credential) } });
        },
      );
    },
    { authenticator: credentials },
  );
});
after(() => server.app.close());

function get(path: string, authorization?: string, init: RequestInit = {}): Promise<Response> {
  return fetch(server.url + path, { ...init, headers: authorization === undefined ? {} : { authorization } });
}

async function kindOf(response: Response): Promise<string | null> {
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return JSON.parse(text).data.who?.kind ?? null;
}

describe('access to routes', () => {
  test('anyone may call a public route, and its token is ignored', async () => {
    assert.equal(await kindOf(await get('/public')), null);
    assert.equal(await kindOf(await get('/public', 'Bearer nonsense')), null);
  });

  test('a project token may call the routes of its project', async () => {
    assert.equal(await kindOf(await get('/projects/example_project', `Bearer ${token}`)), 'project_token');
    assert.equal(await kindOf(await get('/projects/Example_Project', `Bearer ${token}`)), 'project_token');
    assert.equal(await kindOf(await get('/projects/example%5Fproject', `Bearer ${token}`)), 'project_token');
  });

  test('a project token may not call a route of the owner', async () => {
    await assertFailure(await get('/admin', `Bearer ${token}`), 'permission_denied');
  });

  test('a token of any project may call a route of the account if its scopes allow it', async () => {
    assert.equal(await kindOf(await get('/account', `Bearer ${token}`)), 'project_token');
    assert.equal(await kindOf(await get('/account', `Bearer ${writer}`)), 'project_token');
    assert.equal(await kindOf(await get('/account', `Bearer ${adminToken}`)), 'admin');
    await assertFailure(await get('/account', `Bearer ${reader}`), 'permission_denied');
    await assertFailure(await get('/account', `Bearer ${guest}`), 'permission_denied');
    await assertFailure(await get('/account'), 'missing_authorization');
  });

  test('the admin credential may call every route, including those of projects that do not exist', async () => {
    assert.equal(await kindOf(await get('/admin', `Bearer ${adminToken}`)), 'admin');
    assert.equal(await kindOf(await get('/projects/nowhere', `Bearer ${adminToken}`)), 'admin');
    assert.equal(await kindOf(await get('/owner', `Bearer ${adminToken}`, { method: 'POST' })), 'admin');
  });

  test('the scheme may be in any case, and spaces around the token are ignored', async () => {
    for (const authorization of [`bearer ${token}`, `BEARER ${token}`, `Bearer  ${token} `]) {
      assert.equal(await kindOf(await get('/projects/example_project', authorization)), 'project_token');
    }
  });
});

describe('a request without a token', () => {
  for (const authorization of [
    undefined,
    'Basic dXNlcjpwYXNz',
    'Bearer',
    'Bearer ',
    token,
    `Bearer:${token}`,
  ]) {
    test(`${String(authorization).slice(0, 12)}: missing_authorization`, async () => {
      for (const path of ['/admin', '/projects/example_project', '/projects/nowhere']) {
        const response = await get(path, authorization);
        await assertFailure(response, 'missing_authorization');
        assert.equal(response.headers.get('www-authenticate'), 'Bearer');
      }
    });
  }
});

describe('an invalid token', () => {
  const invalid: readonly (readonly [what: string, token: string])[] = [
    ['unknown', createToken('pat')],
    ['mistyped', token.slice(0, -1) + (token.endsWith('a') ? 'b' : 'a')],
    ['cut short', token.slice(0, 20)],
    ['two of them', `${token} ${token}`],
    ['of another form', 'x'.repeat(40)],
    ['almost the admin credential', adminToken.slice(0, -1)],
  ];
  for (const [what, presented] of invalid) {
    test(`${what}: invalid_token`, async () => {
      for (const path of ['/admin', '/projects/example_project']) {
        const response = await get(path, `Bearer ${presented}`);
        await assertFailure(response, 'invalid_token');
        assert.equal(response.headers.get('www-authenticate'), 'Bearer');
      }
    });
  }

  test('a mistyped token is refused without a lookup, with a message that says so', async () => {
    let lookups = 0;
    const counting = { authenticate: () => (lookups++, null), authenticateSession: () => null };
    await using other = await startEdgeServer(
      (app) => app.get('/admin', { config: { access: 'admin' } }, (request) => success(request, {})),
      { authenticator: counting },
    );
    const ask = (presented: string) =>
      fetch(`${other.url}/admin`, { headers: { authorization: `Bearer ${presented}` } });
    const error = await assertFailure(await ask(token.slice(0, -1)), 'invalid_token');
    assert.match(error.message, /checksum/);
    assert.equal(lookups, 0);
    await assertFailure(await ask(token), 'invalid_token');
    assert.equal(lookups, 1);
  });
});

describe('the scopes and tables of a token', () => {
  const whole = '/projects/example_project/whole';

  test('a token without a scope that the route requires is refused with the name of the scope', async () => {
    assert.equal(await kindOf(await get(whole, `Bearer ${writer}`)), 'project_token');
    assert.equal(await kindOf(await get(whole, `Bearer ${token}`)), 'project_token');
    assert.equal(await kindOf(await get(whole, `Bearer ${adminToken}`)), 'admin');
    const error = await assertFailure(await get(whole, `Bearer ${reader}`), 'permission_denied');
    assert.match(error.message, /schema:write and records:write/);
    assert.equal(await kindOf(await get('/projects/example_project', `Bearer ${reader}`)), 'project_token');
  });

  test('a token is invalid in another project, whatever its scopes', async () => {
    await assertFailure(await get('/projects/other/whole', `Bearer ${reader}`), 'invalid_token');
  });

  test('a token limited to tables is refused on routes for the whole project; the others learn its tables', async () => {
    await assertFailure(await get(whole, `Bearer ${guest}`), 'permission_denied');
    const checked = await get('/projects/example_project/of/orders', `Bearer ${guest}`);
    assert.match(await checked.text(), /"tables":\["Orders"\]/);
    assert.equal(await kindOf(await get('/projects/example_project', `Bearer ${guest}`)), 'project_token');
  });
});

test('for a token, another project, a missing project and an invalid slug have the same answer', async () => {
  const answers = ['/projects/other_project', '/projects/nowhere', '/projects/no%20slug'].map(
    async (path) => {
      const response = await get(path, `Bearer ${token}`);
      const text = await response.text();
      assert.equal(response.status, 401);
      return text.replace(/req_\w+/, 'ID').replace(/"generated_at":"[^"]+"/, 'AT');
    },
  );
  const [first, ...others] = await Promise.all(answers);
  assert.match(String(first), /"code":"invalid_token"/);
  for (const other of others) assert.equal(other, first);
});

test('a request is refused before its body is read', async () => {
  const body = new Uint8Array(11 * 1_048_576);
  const response = await get('/owner', 'Bearer nonsense-nonsense-nonsense', { method: 'POST', body });
  await assertFailure(response, 'invalid_token');
});

test('if the authenticator fails, the request is refused without details', async () => {
  await using broken = await startEdgeServer(
    (app) => app.get('/admin', { config: { access: 'admin' } }, (request) => success(request, {})),
    {
      authenticator: {
        authenticate: () => Promise.reject(new Error('catalog.sqlite is locked')),
        authenticateSession: () => null,
      },
    },
  );
  const response = await fetch(`${broken.url}/admin`, { headers: { authorization: `Bearer ${token}` } });
  const error = await assertFailure(response, 'internal_error');
  assert.doesNotMatch(error.message, /catalog/);
  assert.ok(
    broken.log.every((line) => !line.includes(token)),
    'no token in the log',
  );
});
