import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { databaseFile } from '../../testing/databases/database-file.ts';
import { importDatabase } from '../../testing/http/import-and-export.ts';
import {
  ADMIN_TOKEN,
  type Answer,
  type OwnTestServer,
  startTestServer,
} from '../../testing/http/test-server.ts';
import { runSqliteShell } from '../../testing/tools/sqlite-shell.ts';

const TABLES = `
  CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT UNIQUE, age INTEGER);
  CREATE TABLE logged (id INTEGER PRIMARY KEY, name TEXT);
  CREATE TABLE log (name TEXT);
  CREATE TABLE owners (id INTEGER PRIMARY KEY);
  CREATE TABLE cars (id INTEGER PRIMARY KEY, owner REFERENCES owners DEFERRABLE INITIALLY DEFERRED);
  CREATE TRIGGER logging AFTER INSERT ON logged BEGIN INSERT INTO log VALUES (new.name); END;`;
const SIMPLE = 'CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT UNIQUE, age INTEGER);';

let server: OwnTestServer;
let token: string;

before(async () => {
  server = await startTestServer();
  token = await server.createProject('crm');
  assert.equal((await importDatabase(server, 'crm', databaseFile(TABLES))).status, 201);
  await server.createProject('plain');
  assert.equal((await importDatabase(server, 'plain', databaseFile(SIMPLE))).status, 201);
});
after(() => server[Symbol.asyncDispose]());

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly json?: unknown;
}

function send({ method, path, json }: Sent, key: string, as: string = token): Promise<Answer> {
  const headers = { 'idempotency-key': key };
  return server.call(method, path, { token: as, headers, ...(json !== undefined && { json }) });
}

function person(name: string): Sent {
  return { method: 'POST', path: '/projects/plain/records/people', json: { name } };
}

function shell(project: string, sql: string): string {
  return runSqliteShell(join(server.dataDir, 'projects', project, 'database.sqlite'), sql).trimEnd();
}

function assertReplay(again: Answer, first: Answer): void {
  assert.equal(again.status, first.status);
  assert.deepEqual(again.body.data, first.body.data);
  assert.equal(again.headers.get('idempotency-replayed'), 'true');
  assert.notEqual(again.body.request_id, first.body.request_id);
  const { meta } = again.body as unknown as { readonly meta: { readonly original_request_id: string } };
  assert.equal(meta.original_request_id, first.body.request_id);
}

/** In an order in which each makes the next possible. Writes to the plain project are short work, those to the other are not. */
const WRITES: readonly Sent[] = ['crm', 'plain'].flatMap((project) => {
  const people = `/projects/${project}/records/people`;
  return [
    { method: 'POST', path: people, json: { id: 1, name: 'Ann', age: '9007199254740993' } },
    { method: 'POST', path: people, json: { rows: [{ name: 'Bo' }, { name: 'Cy' }] } },
    { method: 'POST', path: people, json: { rows: [{ name: 'Di' }], return: 'none' } },
    {
      method: 'POST',
      path: people,
      json: { name: 'Ann', age: 7, on_conflict: { columns: ['name'], action: 'update' } },
    },
    { method: 'PATCH', path: `${people}/1`, json: { age: 8 } },
    { method: 'PATCH', path: people, json: { data: { age: 3 }, where: { name: ['Bo'] } } },
    { method: 'PATCH', path: people, json: { data: { age: 3 }, where: { name: 'Bo' } } },
    { method: 'DELETE', path: `${people}/1` },
    { method: 'DELETE', path: people, json: { where: { name: 'Cy' } } },
    {
      method: 'POST',
      path: `/projects/${project}/table`,
      json: { table_name: 'notes', columns: [{ column_name: 'text', default_value: 'none' }] },
    },
    { method: 'PATCH', path: `/projects/${project}/table/notes`, json: { new_table_name: 'remarks' } },
    { method: 'POST', path: `/projects/${project}/column/remarks`, json: { column_name: 'by' } },
    { method: 'PATCH', path: `/projects/${project}/column/remarks/by`, json: { new_column_name: 'author' } },
    {
      method: 'PATCH',
      path: `/projects/${project}/column/remarks`,
      json: { columns: [{ column_name: 'author', is_nullable: false }] },
    },
    { method: 'POST', path: `/projects/${project}/indexes/remarks`, json: { columns: ['author'] } },
    { method: 'DELETE', path: `/projects/${project}/indexes/remarks/idx_remarks_author` },
    { method: 'DELETE', path: `/projects/${project}/column/remarks/author` },
    { method: 'DELETE', path: `/projects/${project}/table/remarks` },
  ];
});

test('a repeated write to a project’s database has no second effect, and returns its first answer', async () => {
  const first: Answer[] = [];
  for (const [index, write] of WRITES.entries()) first.push(await send(write, `write-${index}`, ADMIN_TOKEN));
  const refused = first.filter(({ body }) => body.error !== null);
  assert.deepEqual(
    refused.map(({ body }) => body.error?.details?.map(({ field }) => field)),
    // A list is not valid for a column, so the request is refused each time.
    [['body.where.name'], ['body.where.name']],
  );
  const stored = ['crm', 'plain'].map((project) => shell(project, '.dump people'));
  await server.restart();
  for (const [index, write] of WRITES.entries()) {
    const again = await send(write, `write-${index}`, ADMIN_TOKEN);
    const original = first[index];
    assert.ok(original !== undefined);
    if (original.body.ok) assertReplay(again, original);
    else assert.deepEqual(again.body.error, original.body.error);
  }
  assert.deepEqual(
    ['crm', 'plain'].map((project) => shell(project, '.dump people')),
    stored,
  );
});

test('the same applies to writes with triggers, and with deferred foreign keys', async () => {
  const logged = { method: 'POST', path: '/projects/crm/records/logged', json: { name: 'x' } };
  const original = await send(logged, 'logged');
  assertReplay(await send(logged, 'logged'), original);
  assert.equal(shell('crm', "SELECT count(*) FROM log WHERE name = 'x'"), '1');
  const owner = { method: 'POST', path: '/projects/crm/records/owners', json: { id: 1 } };
  const car = { method: 'POST', path: '/projects/crm/records/cars', json: { id: 1, owner: 1 } };
  const early = await send(car, 'car');
  assert.equal(early.body.error?.code, 'constraint_violation');
  assert.equal((await send(owner, 'owner')).status, 201);
  // A failure is not stored: the same key can be used again.
  const late = await send(car, 'car');
  assert.equal(late.status, 201);
  assertReplay(await send(car, 'car'), late);
});

test('a key belongs to one request: another method, URL or body is refused, and another credential has separate keys', async () => {
  const ann = { method: 'POST', path: '/projects/crm/records/people', json: { name: 'key', age: 1 } };
  assert.equal((await send(ann, 'k')).status, 201);
  for (const other of [
    { ...ann, json: { name: 'key', age: 2 } },
    { ...ann, path: '/projects/crm/records/logged' },
    { ...ann, method: 'DELETE', json: { where: { name: 'key' } } },
    { ...ann, path: '/projects/crm/table', json: { table_name: 'key' } },
  ]) {
    const { status, body } = await send(other, 'k');
    assert.equal(`${status} ${body.error?.code}`, '422 idempotency_mismatch');
  }
  const another = await send({ ...ann, json: { name: 'another' } }, 'k', ADMIN_TOKEN);
  assert.equal(another.status, 201);
  assert.equal(another.headers.get('idempotency-replayed'), null);
  assert.equal(shell('crm', "SELECT count(*) FROM people WHERE name IN ('key', 'another')"), '2');
});

/** A token limited to these tables. */
async function tokenFor(tables: readonly string[]): Promise<string> {
  const json = { tables, revoke_previous: false };
  const { body } = await server.call('POST', '/projects/crm/auth/tokens', { token, json });
  return String(body.data.token.token);
}

test('the tokens of a project share its keys, but a key reveals nothing that a token may not read', async () => {
  const people = { method: 'POST', path: '/projects/crm/records/people', json: { name: 'shared' } };
  const original = await send(people, 'shared');
  assertReplay(await send(people, 'shared', await tokenFor(['people'])), original);
  const refused = await send(people, 'shared', await tokenFor(['log']));
  assert.equal(refused.body.error?.code, 'permission_denied');
});

test('a token limited to tables gets its stored answer, even if the table no longer exists', async () => {
  const table = { table_name: 'brief', columns: [{ column_name: 'x' }] };
  assert.equal((await server.call('POST', '/projects/crm/table', { json: table })).status, 201);
  const limited = await tokenFor(['brief']);
  const row = { method: 'POST', path: '/projects/crm/records/brief', json: { x: 1 } };
  const operations = [{ method: 'POST', path: '/records/brief', body: { x: 2 } }];
  const batch = { method: 'POST', path: '/projects/crm/batch', json: { operations } };
  const first = [await send(row, 'brief row', limited), await send(batch, 'brief batch', limited)] as const;
  assert.equal((await server.call('DELETE', '/projects/crm/table/brief')).status, 200);
  assertReplay(await send(row, 'brief row', limited), first[0]);
  assertReplay(await send(batch, 'brief batch', limited), first[1]);
  for (const sent of [row, batch]) {
    const { body } = await send(sent, 'another', limited);
    assert.equal(body.error?.code, 'not_found');
  }
});

test('of many concurrent requests with one key, one succeeds and the others are told to retry', async () => {
  const one = { method: 'POST', path: '/projects/plain/records/people', json: { name: 'at once' } };
  const answers = await Promise.all(Array.from({ length: 50 }, () => send(one, 'at once', ADMIN_TOKEN)));
  const done = answers.filter(({ status }) => status === 201);
  const told = answers.filter(({ status }) => status === 409);
  assert.ok(done.length >= 1 && done.length + told.length === 50);
  assert.equal(done.filter(({ headers }) => headers.get('idempotency-replayed') === null).length, 1);
  for (const { body, headers } of told) {
    assert.equal(body.error?.code, 'idempotency_in_progress');
    assert.equal(headers.get('retry-after'), '1');
  }
  assert.equal(shell('plain', "SELECT count(*) FROM people WHERE name = 'at once'"), '1');
});

test('a key expires after 24 hours, and its stored result is deleted', async () => {
  for (const name of ['old 1', 'old 2', 'old 3']) await send(person(name), name, ADMIN_TOKEN);
  const day = 86_400_000;
  shell('plain', `UPDATE _rowhouse_idempotency SET created_at = created_at - ${day + 1_000}`);
  const { status, body } = await send(person('old 1'), 'old 1', ADMIN_TOKEN);
  assert.equal(`${status} ${body.error?.code}`, '409 constraint_violation');
  for (let index = 0; index < 30; index++) await send(person(`new ${index}`), `new ${index}`, ADMIN_TOKEN);
  assert.equal(
    shell(
      'plain',
      'SELECT count(*), min(created_at) > 1000 * (unixepoch() - 600) FROM _rowhouse_idempotency',
    ),
    '30|1',
  );
});

test('a key has 1 to 255 characters and is sent once', async () => {
  assert.equal((await send(person('long'), '\u{e4} '.repeat(127) + 'x', ADMIN_TOKEN)).status, 201);
  for (const key of ['', 'x'.repeat(256)]) {
    const { body } = await send(person('refused'), key, ADMIN_TOKEN);
    assert.deepEqual(body.error?.details, [
      { field: 'headers.Idempotency-Key', message: 'must be sent once, with 1 to 255 characters' },
    ]);
  }
});

test('a read is repeated each time, with any key', async () => {
  const query = {
    method: 'POST',
    path: '/projects/plain/query',
    json: { sql: 'SELECT count(*) AS n FROM people' },
  };
  const count = async () => (await send(query, 'query', ADMIN_TOKEN)).body.data.rows[0].n;
  const found = await count();
  const row = { method: 'POST', path: '/projects/plain/records/people', json: { name: 'one more' } };
  assert.equal((await send(row, 'one more', ADMIN_TOKEN)).status, 201);
  assert.equal(await count(), found + 1);
});
