import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { databaseFile } from '../../testing/databases/database-file.ts';
import { borrowTestServer } from '../../testing/http/borrowed-server.ts';
import { importDatabase } from '../../testing/http/import-and-export.ts';
import { type Answer, startTestServer, type TestServer } from '../../testing/http/test-server.ts';

let patient: TestServer;
/** With a short time limit, for endless queries; the other server has a long one. */
let impatient: TestServer;

before(async () => {
  patient = await borrowTestServer();
  impatient = await startTestServer({ queryTimeoutMs: 300 });
  const file = databaseFile(`
    CREATE TABLE people(id INTEGER PRIMARY KEY, name TEXT);
    INSERT INTO people VALUES (1, 'ada'), (2, 'bob'), (9007199254740993, 'cy');
    CREATE VIEW loud AS SELECT id, upper(name) AS name FROM people;
    CREATE VIEW quoted AS SELECT id, "text" AS name FROM people;
    CREATE VIEW endless AS WITH RECURSIVE c(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM c) SELECT id FROM c;
    CREATE VIEW greedy AS WITH RECURSIVE c(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM c)
      SELECT id, json_group_array(hex(zeroblob(1000000))) AS name FROM c;
    CREATE VIEW broken AS SELECT id, abs(-9223372036854775808 + id - id) AS name FROM people;`);
  for (const server of [patient, impatient]) {
    await server.createProject('crm');
    assert.equal((await importDatabase(server, 'crm', file)).status, 201);
  }
});
after(async () => {
  await patient[Symbol.asyncDispose]();
  await impatient[Symbol.asyncDispose]();
});

function get(path: string, server = patient): Promise<Answer> {
  return server.call('GET', `/projects/crm/records/${path}`);
}

test('a view is listed, filtered, counted and read by its id', async () => {
  const listed = await get('loud?include_count=true&sort=-id&limit=2');
  assert.deepEqual(listed.body.data, {
    table: 'loud',
    rows: [
      { id: '9007199254740993', name: 'CY' },
      { id: 2, name: 'BOB' },
    ],
    limit: 2,
    offset: 0,
    returned: 2,
    has_more: true,
    total_count: 3,
  });
  const filtered = await get(`loud?filters=${encodeURIComponent('{"name":"ADA"}')}`);
  assert.deepEqual(filtered.body.data.rows, [{ id: 1, name: 'ADA' }]);
  assert.deepEqual((await get('LOUD/2')).body.data, { table: 'loud', row: { id: 2, name: 'BOB' } });
  assert.equal((await get('loud/7')).body.error?.code, 'not_found');
  assert.equal((await get('quoted/1')).body.data.row.name, 'text');
});

test('an endless view returns a limited page, and is stopped otherwise', async () => {
  assert.deepEqual((await get('endless?limit=2')).body.data.rows, [{ id: 1 }, { id: 2 }]);
  for (const path of ['endless?include_count=true', 'endless?sort=-id', 'endless/0']) {
    const { status, body } = await get(path, impatient);
    assert.equal(status, 504, path);
    assert.equal(body.error?.code, 'query_timeout', path);
  }
  const { body } = await get('greedy', impatient);
  assert.ok(['query_failed', 'query_timeout'].includes(body.error?.code ?? ''), body.error?.code);
});

test('a view that fails when it is read is a conflict, with SQLite’s message', async () => {
  for (const path of ['broken', 'broken/1']) {
    const { body } = await get(path);
    assert.equal(body.error?.code, 'conflict', JSON.stringify(body));
    assert.match(body.error?.message ?? '', /integer overflow/);
  }
});

test('while endless views are read, other requests of the project are answered', async () => {
  const endless = Promise.all(Array.from({ length: 6 }, () => get('endless?include_count=true', impatient)));
  let answered = 0;
  for (const path of [
    'people?sort=name',
    'people?include_count=true',
    'people/1',
    'people?filters={"name":"bob"}',
  ]) {
    assert.equal((await get(path, impatient)).status, 200, path);
    answered += 1;
  }
  assert.equal(answered, 4);
  for (const { status } of await endless) assert.equal(status, 504);
});
