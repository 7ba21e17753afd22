import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { databaseFile } from '../../testing/databases/database-file.ts';
import { borrowTestServer } from '../../testing/http/borrowed-server.ts';
import { importDatabase } from '../../testing/http/import-and-export.ts';
import type { Answer, TestServer } from '../../testing/http/test-server.ts';

let server: TestServer;
let full: string;
let writeOnly: string;

before(async () => {
  server = await borrowTestServer();
  full = await server.createProject('crm');
  const file = databaseFile(`
    CREATE TABLE person (id INTEGER PRIMARY KEY, email TEXT UNIQUE, secret TEXT DEFAULT 'hidden');
    CREATE TABLE seat (line TEXT, number INTEGER, secret TEXT, PRIMARY KEY (number, line)) WITHOUT ROWID;
    CREATE TABLE log (secret TEXT);
    CREATE TABLE fired (id INTEGER PRIMARY KEY, secret TEXT);
    CREATE TRIGGER sets_secret AFTER INSERT ON fired BEGIN UPDATE fired SET secret = 'from a trigger' WHERE id = new.id; END;
    CREATE VIEW people AS SELECT id, email, secret FROM person; CREATE VIEW secrets AS SELECT secret FROM person;
    CREATE TRIGGER adds INSTEAD OF INSERT ON people BEGIN INSERT INTO person (email) VALUES (new.email); END;
    CREATE TRIGGER keeps INSTEAD OF INSERT ON secrets BEGIN SELECT 1; END;
    INSERT INTO person VALUES (1, 'a@example.org', 's1'), (2, 'b@example.org', 's2'); INSERT INTO seat VALUES ('A', 1, 's3'); INSERT INTO log VALUES ('s4');`);
  assert.equal((await importDatabase(server, 'crm', file)).status, 201);
  const json = { scopes: ['records:write'], revoke_previous: false };
  const made = await server.call('POST', '/projects/crm/auth/tokens', { token: full, json });
  writeOnly = made.body.data.token.token;
});
after(() => server[Symbol.asyncDispose]());

function call(
  method: string,
  path: string,
  json?: unknown,
  headers = {},
  token = writeOnly,
): Promise<Answer> {
  return server.call(method, `/projects/crm/${path}`, { token, json, headers });
}

const ignoring = { columns: ['email'], action: 'ignore' };
const updating = { columns: ['email'], action: 'update' };

test('a token that may not read rows is answered with the keys of the rows that it writes', async () => {
  for (const [method, path, json, row] of [
    ['POST', 'records/person', { email: 'c@example.org' }, { id: 3 }],
    ['POST', 'records/person', { data: { email: 'a@example.org' }, on_conflict: ignoring }, { id: 1 }],
    ['POST', 'records/person', { data: { email: 'b@example.org' }, on_conflict: updating }, { id: 2 }],
    ['PATCH', 'records/person/1', { email: 'd@example.org' }, { id: 1 }],
    ['PATCH', 'records/person/1', { id: 7 }, { id: 7 }],
    ['POST', 'records/seat', { line: 'B', number: 2, secret: 'x' }, { number: 2, line: 'B' }],
    ['PATCH', 'records/seat/1,A', { secret: 'y' }, { number: 1, line: 'A' }],
    ['POST', 'records/log', { secret: 'x' }, { rowid: 2 }],
    ['PATCH', 'records/log/1', { secret: 'z' }, { rowid: 1 }],
    ['POST', 'records/fired', { id: 5 }, { id: 5 }],
    ['POST', 'records/people', { email: 'e@example.org' }, { id: null }],
    ['POST', 'records/secrets', { secret: 'x' }, {}],
  ] as const) {
    const { body } = await call(method, path, json);
    assert.deepEqual(body.data?.row, row, `${method} ${path}: ${JSON.stringify(body)}`);
  }
});

test('it is answered with keys and counts where it writes many rows', async () => {
  const rows = [{ email: 'm1@example.org' }, { email: 'm2@example.org' }];
  const many = await call('POST', 'records/person', { rows });
  assert.deepEqual(many.body.data.rows.map(Object.keys), [['id'], ['id']]);
  const changed = await call('PATCH', 'records/person', {
    data: { secret: 'n' },
    where: { email: 'm1@example.org' },
  });
  assert.deepEqual(changed.body.data, { table: 'person', affected_rows: 1 });
});

/** An upsert, and a row with a part of its result. */
function operations(part: string): readonly object[] {
  return [
    {
      method: 'POST',
      path: '/records/person',
      body: { data: { email: 'b@example.org' }, on_conflict: ignoring },
    },
    { method: 'POST', path: '/records/log', body: { secret: { $ref: part } } },
  ];
}

test('a batch shows no more, and later operations can refer only to the keys', async () => {
  const { body } = await call('POST', 'batch', { operations: operations('0.row.id') });
  assert.equal(body.error, null, JSON.stringify(body.error));
  assert.doesNotMatch(JSON.stringify(body.data), /secret|example/);
  const refused = await call('POST', 'batch', { operations: operations('0.row.secret') });
  assert.equal(refused.body.error?.code, 'validation_failed');
});

test('it does not get the stored answer of a token that may read rows', async () => {
  const headers = { 'idempotency-key': 'shared' };
  const json = { email: 'key@example.org', secret: 'of the other' };
  assert.equal((await call('POST', 'records/person', json, headers, full)).status, 201);
  const replayed = await call('POST', 'records/person', json, headers);
  assert.equal(replayed.body.error?.code, 'idempotency_mismatch');
  assert.doesNotMatch(JSON.stringify(replayed.body), /of the other/);
});

test('reading is refused, in requests and in batches', async () => {
  for (const [method, path, json] of [
    ['GET', 'records/person', undefined],
    ['GET', 'records/person/2', undefined],
    ['POST', 'batch', { operations: [{ method: 'GET', path: '/records/person/2' }] }],
    ['POST', 'query', { sql: 'SELECT 1' }],
    ['POST', 'export/table/person', {}],
  ] as const) {
    assert.equal((await call(method, path, json)).body.error?.code, 'permission_denied', path);
  }
});
