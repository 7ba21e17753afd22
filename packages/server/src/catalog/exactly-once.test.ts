import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { takesIdempotencyKey } from '../http/route-errors.ts';
import { registeredRoutes } from '../testing/http/registered-routes.ts';
import {
  ADMIN_TOKEN,
  type Answer,
  type OwnTestServer,
  startTestServer,
} from '../testing/http/test-server.ts';

let server: OwnTestServer;
let token: string;
/** Two exports, because a link to a deleted export is refused, even if the request is repeated. */
let exportIds: readonly string[];

before(async () => {
  // A different port after a restart would change the links.
  server = await startTestServer({ publicUrl: 'http://rowhouse.test' });
  token = await server.createProject('crm');
  await server.createProject('doomed');
  const table = { table_name: 'people', columns: [{ column_name: 'name' }] };
  await server.call('POST', '/projects/crm/table', { token, json: table });
  const formats = ['json', 'sql'].map((format) => {
    return server.call('POST', '/projects/crm/export/schema', { token, json: { format } });
  });
  exportIds = (await Promise.all(formats)).map(({ body }) => String(body.data.export.id));
});
after(() => server[Symbol.asyncDispose]());

interface Sent {
  readonly method: string;
  readonly path: () => string;
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const TOKENS = '/projects/crm/auth/tokens';
const BOOTSTRAP = {
  project_slug: 'strapped',
  project_name: 'Strapped',
  initial_project_user: { username: 'ann', password: 'a long password' },
  tables: [{ table_name: 'a', columns: [{ column_name: 'x' }], seed: [{ x: '1' }] }],
  project_api_tokens: [{ account_user_id: 1 }],
};

const PERSON = { username: 'ada', password: 'correct horse battery' };
/** After the owner, the owner of the tokens of each project user, and the account's own user. */
const ACCOUNT_USER = 5;

/** The writes to the catalog, by operation id, in an order in which each makes the next possible. */
const WRITES: Readonly<Record<string, Sent>> = {
  createProject: {
    method: 'POST',
    path: () => '/projects',
    json: { project_slug: 'made', project_name: 'Made' },
  },
  renameProject: { method: 'PATCH', path: () => '/projects/made', json: { project_name: 'Renamed' } },
  bootstrapProject: { method: 'POST', path: () => '/bootstrap', json: BOOTSTRAP },
  createToken: { method: 'POST', path: () => TOKENS, json: { revoke_previous: false, token_name: 'made' } },
  testAccess: { method: 'POST', path: () => `${TOKENS}/test`, json: { table_name: 'people' } },
  revokeToken: { method: 'DELETE', path: () => `${TOKENS}/1` },
  exportSchema: { method: 'POST', path: () => '/projects/crm/export/schema', json: { format: 'sql' } },
  exportTable: {
    method: 'POST',
    path: () => '/projects/crm/export/table/people',
    headers: { prefer: 'respond-async' },
    json: {},
  },
  exportDatabase: { method: 'POST', path: () => '/projects/crm/export/database', json: { format: 'sql' } },
  createExportLink: { method: 'POST', path: () => `/projects/crm/exports/${exportIds[0]}/link`, json: {} },
  deleteExport: { method: 'DELETE', path: () => `/projects/crm/exports/${exportIds[1]}` },
  endExportLinks: { method: 'DELETE', path: () => '/projects/crm/export/links' },
  createProjectUser: { method: 'POST', path: () => '/projects/crm/users', json: PERSON },
  changeProjectUser: { method: 'PATCH', path: () => '/projects/crm/users/2', json: { disabled: true } },
  removeProjectUser: { method: 'DELETE', path: () => '/projects/crm/users/2' },
  createAccount: { method: 'POST', path: () => '/accounts', json: { account_name: 'Acme' } },
  changeAccount: { method: 'PATCH', path: () => '/accounts/2', json: { account_name: 'Acme Ltd' } },
  createAccountUser: { method: 'POST', path: () => '/accounts/2/users', json: PERSON },
  changeAccountUser: {
    method: 'PATCH',
    path: () => `/accounts/2/users/${ACCOUNT_USER}`,
    json: { username: 'eve' },
  },
  createSignInLink: { method: 'POST', path: () => `/accounts/2/users/${ACCOUNT_USER}/sign-in-link` },
  removeAccountUser: { method: 'DELETE', path: () => `/accounts/2/users/${ACCOUNT_USER}` },
  removeAccount: { method: 'DELETE', path: () => '/accounts/2' },
  deleteProject: {
    method: 'DELETE',
    path: () => '/projects/doomed',
    json: { confirm_project_slug: 'doomed' },
  },
};

/**
 * Operations that change a project's database (`records/exactly-once.test.ts`, `imports/import-once.test.ts`), one that ends its own
 * credential (`tokens/admin-token.test.ts`), and a read-only one.
 */
const ELSEWHERE = [
  'createRecords',
  'updateRecords',
  'deleteRecords',
  'updateRecord',
  'deleteRecord',
  'runBatch',
  'createTable',
  'changeTable',
  'dropTable',
  'addColumn',
  'changeColumns',
  'changeColumn',
  'dropColumn',
  'createIndex',
  'dropIndex',
  'importDatabase',
  'replaceAdminToken',
  'runQuery',
];

function send(sent: Sent, key: string, as = ADMIN_TOKEN): Promise<Answer> {
  const { method, path, json, headers } = sent;
  return server.call(method, path(), {
    token: as,
    headers: { ...headers, 'idempotency-key': key },
    ...(json !== undefined && { json }),
  });
}

async function count(path: string, list: string): Promise<number> {
  const { body } = await server.call('GET', `${path}?limit=500`);
  return (body.data[list] as readonly unknown[]).length;
}

/** The counts in the catalog that would show a second effect. */
async function countsOf(): Promise<unknown> {
  return {
    projects: await count('/projects', 'projects'),
    tokens: await count(TOKENS, 'tokens'),
    exports: await count('/projects/crm/exports', 'exports'),
  };
}

test('this file or another tests every route that accepts an idempotency key', async () => {
  const routes = await registeredRoutes();
  const taking = routes.flatMap(({ method, config }) => {
    const { operationId } = config ?? {};
    return config !== undefined && takesIdempotencyKey({ method, config }) ? [operationId] : [];
  });
  assert.deepEqual(new Set([...Object.keys(WRITES), ...ELSEWHERE]), new Set(taking));
});

test('a repeated request has no second effect, and returns its first answer, including secrets', async () => {
  const first = new Map<string, Answer>();
  for (const [name, sent] of Object.entries(WRITES)) {
    const answer = await send(sent, name);
    assert.equal(answer.body.error, null, `${name}: ${JSON.stringify(answer.body.error)}`);
    first.set(name, answer);
  }
  const counts = await countsOf();
  await server.restart();
  for (const [name, sent] of Object.entries(WRITES)) {
    const again = await send(sent, name);
    const original = first.get(name);
    assert.equal(again.status, original?.status, name);
    assert.deepEqual(again.body.data, original?.body.data, name);
    assert.equal(again.headers.get('idempotency-replayed'), 'true', name);
  }
  assert.deepEqual(await countsOf(), counts);
  const secret = String(first.get('createToken')?.body.data.token.token);
  assert.match(secret, /^pat_/);
  assert.equal((await server.call('GET', '/projects/crm/auth/me', { token: secret })).status, 200);
});

test('no secret is stored in a file, and only the token of the first request gets it again', async () => {
  const json = { token_name: 'secret', revoke_previous: false };
  const requested = { method: 'POST', path: () => TOKENS, json };
  const another = String((await send(requested, 'another')).body.data.token.token);
  const made = await send(requested, 'k', another);
  const secret = String(made.body.data.token.token);
  for (const name of ['catalog.sqlite', 'catalog.sqlite-wal']) {
    assert.equal(readFileSync(join(server.dataDir, name)).includes(secret), false, name);
  }
  const refused = await send(requested, 'k', secret);
  assert.equal(refused.body.error?.code, 'idempotency_mismatch');
  const again = await send(requested, 'k', another);
  assert.equal(again.body.data.token.token, secret);
});

function projectOf(project_slug: string): Sent {
  return { method: 'POST', path: () => '/projects', json: { project_slug, project_name: 'x' } };
}

test('the same key with another body is refused, and a failed request may be repeated', async () => {
  assert.equal((await send(projectOf('crm'), 'slug')).body.error?.code, 'already_exists');
  assert.equal((await send(projectOf('other'), 'slug')).status, 201);
  assert.equal((await send(projectOf('third'), 'slug')).body.error?.code, 'idempotency_mismatch');
});

test('of concurrent requests with one key, one has an effect and the others have none', async () => {
  await server.createProject('kept');
  const deletion = { method: 'DELETE', path: () => '/projects/kept', json: { confirm_project_slug: 'kept' } };
  const exporting = ['crm', 'kept'].map((project) => {
    return { method: 'POST', path: () => `/projects/${project}/export/schema`, json: {} };
  });
  const answers = await Promise.all(
    [projectOf('at-once'), deletion, ...exporting].map((sent) => send(sent, 'at once')),
  );
  const refused = answers.flatMap(({ body }) => (body.error === null ? [] : [body.error.code]));
  assert.equal(refused.length, 3);
  // Some requests may arrive after the first one is done.
  assert.deepEqual(
    new Set([...refused, 'idempotency_in_progress', 'idempotency_mismatch']).size,
    2,
    refused.join(),
  );
  const deleted = answers[1]?.status === 200;
  assert.equal((await server.call('GET', '/projects/kept/tables')).status, deleted ? 404 : 200);
});
