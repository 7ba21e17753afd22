import assert from 'node:assert/strict';
import { after, describe } from 'node:test';
import { setTimeout } from 'node:timers/promises';

import { assertKeys, type Data, TIMESTAMP } from './answer.ts';
import { documented, ours } from './contract.ts';
import { openService } from './tested-service.ts';
import { refusesEach } from './wrong-fields.ts';

const service = await openService();
after(() => service.close());
const { path, accept, refuse } = service;

const TOKEN = /^pat_[0-9A-Za-z]{42}$/;
const SCOPES = [
  'records:read',
  'records:write',
  'schema:read',
  'schema:write',
  'query',
  'exports',
  'tokens',
  'project',
];

const contacts = service.tableName('contacts');
const secrets = service.tableName('secrets');
for (const table of [contacts, secrets]) {
  await accept(201, 'POST', `${path}/table`, { table_name: table, columns: [{ column_name: 'email' }] });
  await accept(201, 'POST', `${path}/records/${table}`, { email: 'ada@example.com' });
}

/** A token of the project that revokes no other. It is revoked at the end of the suite. */
async function mint(fields: object = {}): Promise<Data> {
  const { token } = await accept(201, 'POST', `${path}/auth/tokens`, { revoke_previous: false, ...fields });
  after(() => accept(200, 'DELETE', `${path}/auth/tokens/${token.token_id}`));
  return token;
}

describe('GET /projects/{p}/auth/me', () => {
  documented('describes the token of the request', async () => {
    const data = await accept(200, 'GET', `${path}/auth/me`);
    assertKeys(data, ['token']);
    const { token } = data;
    assertKeys(token, [
      'id',
      'token_type',
      'token_name',
      'expires_at',
      'revoked_at',
      'last_used_at',
      'created_at',
    ]);
    assert.equal(typeof token.id, 'number');
    assert.equal(token.token_type, 'project_api_token');
    assert.equal(typeof token.token_name, 'string');
    assert.equal(token.expires_at, null);
    assert.equal(token.revoked_at, null);
    assert.match(token.last_used_at, TIMESTAMP);
    assert.match(token.created_at, TIMESTAMP);
  });

  ours(
    'describes the admin credential, if the project exists',
    async () => {
      const asAdmin = { token: service.admin };
      const { token } = await accept(200, 'GET', `${path}/auth/me`, undefined, asAdmin);
      assert.deepEqual([token.id, token.token_type], [null, 'admin_credential']);
      await refuse('not_found', 'GET', `/projects/${service.newSlug()}/auth/me`, undefined, asAdmin);
    },
    { needs: 'projects' },
  );
});

describe('POST /projects/{p}/auth/tokens', () => {
  documented(
    'creates a token in the documented form, and immediately revokes the earlier tokens of the same user',
    async () => {
      const { slug, token: earlier } = await service.createProject();
      const home = `/projects/${slug}`;
      const body = { token_name: 'production-api', token_type: 'project_api_token' };
      const data = await accept(201, 'POST', `${home}/auth/tokens`, body, { token: earlier });
      assertKeys(data, ['token']);
      assert.deepEqual(Object.keys(data.token).slice(0, 5), [
        'token',
        'token_id',
        'token_type',
        'token_name',
        'expires_at',
      ]);
      const { token, token_id, token_name, expires_at } = data.token;
      assert.match(token, TOKEN);
      assert.equal(token_name, 'production-api');
      assert.equal(expires_at, null);
      assert.equal((await accept(200, 'GET', `${home}/auth/me`, undefined, { token })).token.id, token_id);
      await refuse('invalid_token', 'GET', `${home}/auth/me`, undefined, { token: earlier });
    },
    { needs: 'projects' },
  );

  ours('keeps the earlier tokens with revoke_previous: false', async () => {
    const { token, token_name } = await mint();
    assert.equal(token_name, 'default');
    await accept(200, 'GET', `${path}/auth/me`);
    await accept(200, 'GET', `${path}/auth/me`, undefined, { token });
  });

  ours('returns the permissions of the token', async () => {
    const token = await mint({ scopes: ['query'], tables: [contacts], expires_at: '2096-01-01T00:00:00Z' });
    assert.deepEqual(token.scopes, ['query']);
    assert.deepEqual(token.tables, [contacts]);
    assert.equal(token.expires_at, '2096-01-01T00:00:00Z');
    const precise = await mint({ expires_at: '2096-01-01T02:00:00.999+02:00' });
    assert.equal(precise.expires_at, '2096-01-01T00:00:00Z');
    const full = await mint();
    assert.deepEqual(full.scopes, SCOPES);
    assert.equal(full.tables, null);
  });

  ours('creates no token with more permissions than the caller’s', async () => {
    const { token } = await mint({ scopes: ['tokens', 'query'], tables: [contacts], expires_at: soon() });
    for (const more of [
      { scopes: ['records:read'] },
      { tables: [contacts, secrets] },
      { tables: null },
      { expires_at: null },
      { expires_at: '2096-01-01T00:00:00Z' },
    ]) {
      const body = { revoke_previous: false, ...more };
      await refuse('permission_denied', 'POST', `${path}/auth/tokens`, body, { token });
    }
  });

  refusesEach(
    service,
    { method: 'POST', path: `${path}/auth/tokens`, body: { revoke_previous: false } },
    {
      'body.token_name': ['', 7, null, [], {}, 'x'.repeat(201), 'two\nlines'],
      'body.token_type': ['', 'admin', 7, null],
      'body.revoke_previous': [[], {}],
      'body.expires_at': [
        '',
        'tomorrow',
        7,
        '2001-01-01T00:00:00Z',
        '2096-13-01T00:00:00Z',
        '2096-12-31T23:59:60Z',
        [],
      ],
      'body.scopes': [[], 'query', 7, null, ['query', 'query']],
      'body.tables': [[], 'contacts', 7, ['a', 'a']],
      'body.colour': ['red'],
    },
  );
});

function soon(): string {
  return `${new Date(Date.now() + 3_600_000).toISOString().slice(0, 19)}Z`;
}

describe('the permissions of a token', () => {
  const requests: readonly (readonly [scope: string, method: string, below: string, body?: object])[] = [
    ['records:read', 'GET', `/records/${contacts}`],
    ['records:write', 'PATCH', `/records/${contacts}/1`, { email: 'b@example.com' }],
    ['schema:read', 'GET', '/tables'],
    ['schema:write', 'POST', `/indexes/${contacts}`, { columns: ['email'] }],
    ['exports', 'GET', '/exports'],
    ['tokens', 'GET', '/auth/tokens'],
    ['project', 'GET', ''],
  ];
  for (const [scope, method, below, body] of requests) {
    ours(`${scope}: ${method} ${below.replaceAll(contacts, 'contacts')}`, async () => {
      const { token } = await mint({ scopes: [scope] });
      const answer = await service.send(method, path + below, body, { token });
      assert.equal(answer.body.ok, true, JSON.stringify(answer.body.error));
      const others = SCOPES.filter((other) => other !== scope);
      const narrowed = await mint({ scopes: others });
      await refuse('permission_denied', method, path + below, body, { token: narrowed.token });
    });
  }

  ours('can be limited to some tables', async () => {
    const { token } = await mint({ tables: [contacts] });
    await accept(200, 'GET', `${path}/records/${contacts}`, undefined, { token });
    await refuse('permission_denied', 'GET', `${path}/records/${secrets}`, undefined, { token });
    await refuse('permission_denied', 'GET', `${path}/records/nobody`, undefined, { token });
    await refuse('permission_denied', 'POST', `${path}/export/schema`, {}, { token });
  });

  ours('include no rows in exports without records:read', async () => {
    const { token } = await mint({ scopes: ['exports', 'schema:read'] });
    for (const below of [`/export/table/${contacts}`, '/export/database', '/export/schema']) {
      await refuse('permission_denied', 'POST', path + below, {}, { token });
    }
    const { exports } = await accept(200, 'GET', `${path}/exports`, undefined, { token });
    assert.deepEqual(exports, []);
  });

  ours('end when the token expires', async () => {
    // All times are the server's: its clock may differ from this machine's.
    const now = async (token: string | null) => {
      const { status, body } = await service.send('GET', `${path}/auth/me`, undefined, { token });
      return { status, ms: Date.parse(body.meta.generated_at) };
    };
    const endMs = (await now(service.token)).ms + 3_000;
    const { token } = await mint({ expires_at: `${new Date(endMs).toISOString().slice(0, 19)}Z` });
    let last = await now(token);
    while (last.status === 200 && last.ms < endMs + 2_000) {
      await setTimeout(20);
      last = await now(token);
    }
    assert.equal(last.status, 401);
    assert.ok(last.ms >= endMs, 'not before its time');
  });
});

describe('GET /projects/{p}/auth/tokens', () => {
  ours('lists the fields of auth/me and the permissions of each token, never the secret', async () => {
    const made = await mint({ token_name: 'listed', scopes: ['query'] });
    const data = await accept(200, 'GET', `${path}/auth/tokens?limit=500`);
    assert.deepEqual(Object.keys(data), ['tokens', 'limit', 'offset', 'returned', 'has_more']);
    assert.equal(data.returned, data.tokens.length);
    const listed = data.tokens.find(({ id }: Data) => id === made.token_id);
    assert.deepEqual(Object.keys(listed).slice(0, 9), [
      'id',
      'token_type',
      'token_name',
      'expires_at',
      'revoked_at',
      'last_used_at',
      'created_at',
      'scopes',
      'tables',
    ]);
    assert.equal(listed.token_name, 'listed');
    assert.equal(listed.last_used_at, null);
    assert.doesNotMatch(JSON.stringify(data), /pat_/);
  });

  refusesEach(
    service,
    { method: 'GET', path: `${path}/auth/tokens` },
    {
      'query.limit': ['0', '501', 'ten', '', '1.5'],
      'query.offset': ['-1', 'ten', '1.5'],
      'query.colour': ['red'],
    },
  );
});

describe('DELETE /projects/{p}/auth/tokens/{token_id}', () => {
  documented('revokes a token for every later request', async () => {
    const { token } = await accept(201, 'POST', `${path}/auth/tokens/test`, {});
    await accept(200, 'GET', `${path}/auth/me`, undefined, { token: token.token });
    const data = await accept(200, 'DELETE', `${path}/auth/tokens/${token.token_id}`);
    assertKeys(data, ['revoked', 'token_id']);
    assert.deepEqual(data, { revoked: true, token_id: token.token_id });
    await refuse('invalid_token', 'GET', `${path}/auth/me`, undefined, { token: token.token });
  });

  documented('is not_found for an unknown token', async () => {
    await refuse('not_found', 'DELETE', `${path}/auth/tokens/999999999`);
  });

  ours('names path.token_id if it is not a number', async () => {
    for (const id of ['0', '-1', 'x', '1.5', '007', '0x7', '%207']) {
      const fields = ['path.token_id'];
      await refuse('validation_failed', 'DELETE', `${path}/auth/tokens/${id}`, undefined, { fields });
    }
  });
});

describe('POST /projects/{p}/auth/tokens/test', () => {
  documented('creates a temporary token and reads one row with it', async () => {
    const data = await accept(201, 'POST', `${path}/auth/tokens/test`, { table_name: contacts });
    assertKeys(data, ['token', 'test']);
    assertKeys(data.token, ['token', 'token_id', 'token_type', 'expires_at']);
    assertKeys(data.test, ['project', 'table', 'sample_row']);
    assert.match(data.token.token, TOKEN);
    assert.equal(data.token.token_type, 'project_api_token');
    assert.equal(data.test.project, service.slug);
    assert.equal(data.test.table, contacts);
    assert.equal(data.test.sample_row.id, 1);
    await accept(200, 'DELETE', `${path}/auth/tokens/${data.token.token_id}`);
  });

  documented('uses the name temporary-access-test by default', async () => {
    for (const [body, name] of [
      [{}, 'temporary-access-test'],
      [{ token_name: 'mine' }, 'mine'],
    ] as const) {
      const { token } = await accept(201, 'POST', `${path}/auth/tokens/test`, body);
      const me = await accept(200, 'GET', `${path}/auth/me`, undefined, { token: token.token });
      assert.equal(me.token.token_name, name);
      await accept(200, 'DELETE', `${path}/auth/tokens/${token.token_id}`);
    }
  });

  ours('limits its lifetime to 10 minutes, and revokes no other token', async () => {
    const { token } = await accept(201, 'POST', `${path}/auth/tokens/test`, {});
    const { tokens } = await accept(200, 'GET', `${path}/auth/tokens?limit=500`);
    const { created_at } = tokens.find(({ id }: Data) => id === token.token_id);
    const lives = Date.parse(token.expires_at) - Date.parse(created_at);
    assert.ok(Math.abs(lives - 600_000) <= 1_000, `${lives} ms`);
    await accept(200, 'GET', `${path}/auth/me`);
    await accept(200, 'DELETE', `${path}/auth/tokens/${token.token_id}`);
  });

  documented('is not_found for a table that does not exist', async () => {
    await refuse('not_found', 'POST', `${path}/auth/tokens/test`, { table_name: 'nobody' });
  });

  refusesEach(
    service,
    { method: 'POST', path: `${path}/auth/tokens/test` },
    {
      'body.table_name': [7, null, [], ''],
      'body.token_name': ['', 7, null, 'x'.repeat(201)],
      'body.colour': ['red'],
    },
  );
});

describe('the admin credential', () => {
  const asAdmin = { token: service.admin };

  ours('is replaced only by itself', async () => {
    await refuse('permission_denied', 'POST', '/admin/token');
    await refuse('missing_authorization', 'POST', '/admin/token', undefined, { token: null });
  });

  ours(
    'creates and lists projects, creates project tokens, and may use every route of a project',
    async () => {
      const { slug } = await service.createProject();
      const home = `/projects/${slug}`;
      const { token } = await accept(201, 'POST', `${home}/auth/tokens`, { token_name: 'mine' }, asAdmin);
      await accept(200, 'GET', `${home}/auth/me`, undefined, { token: token.token });
      await accept(201, 'POST', `${home}/table`, { table_name: 'contacts' }, asAdmin);
      await accept(200, 'GET', `${home}/records/contacts`, undefined, asAdmin);
      const { projects } = await accept(200, 'GET', '/projects?limit=500', undefined, asAdmin);
      assert.ok(projects.some(({ project_slug }: Data) => project_slug === slug));
    },
    { needs: 'projects' },
  );
});
