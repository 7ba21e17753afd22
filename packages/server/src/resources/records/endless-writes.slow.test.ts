import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { databaseFile } from '../../testing/databases/database-file.ts';
import { borrowTestServer } from '../../testing/http/borrowed-server.ts';
import { importDatabase } from '../../testing/http/import-and-export.ts';
import { startTestServer, type TestServer } from '../../testing/http/test-server.ts';
import { runSqliteShell } from '../../testing/tools/sqlite-shell.ts';

/** The time limit of a query. A write may take six times as long. */
const QUERY_TIMEOUT_MS = 250;

const ENDLESS =
  '(SELECT max(n) FROM (WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT n FROM r))';

const TABLES = `
  CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT);
  CREATE TABLE log (at INTEGER);
  CREATE TABLE parents (id INTEGER PRIMARY KEY);
  CREATE TABLE children (id INTEGER PRIMARY KEY, parent REFERENCES parents ON DELETE CASCADE);
  CREATE TRIGGER endless AFTER INSERT ON t BEGIN INSERT INTO log VALUES (${ENDLESS}); END;
  CREATE TRIGGER cascaded AFTER DELETE ON children BEGIN INSERT INTO log VALUES (${ENDLESS}); END;
  INSERT INTO parents VALUES (1);
  INSERT INTO children VALUES (1, 1);`;

let server: TestServer;

before(async () => {
  server = await startTestServer({ queryTimeoutMs: QUERY_TIMEOUT_MS });
  for (const project of ['first', 'second', 'third']) {
    await server.createProject(project);
    assert.equal((await importDatabase(server, project, databaseFile(TABLES))).status, 201);
  }
  await server.createProject('neighbour');
});
after(() => server[Symbol.asyncDispose]());

function stored(project: string): string {
  const file = join(server.dataDir, 'projects', project, 'database.sqlite');
  return runSqliteShell(
    file,
    'SELECT count(*) FROM t; SELECT count(*) FROM children; SELECT count(*) FROM log;',
  );
}

test('an endless trigger is stopped, its write has no effect, and no other request waits for it', async () => {
  const endless = ['first', 'second', 'third'].map((project) => {
    return server.call('POST', `/projects/${project}/records/t`, { json: { name: 'x' } });
  });
  const table = { table_name: 'notes', columns: [{ column_name: 'text' }] };
  assert.equal((await server.call('POST', '/projects/neighbour/table', { json: table })).status, 201);
  const many = { rows: [{ text: 'a' }, { text: 'b' }] };
  assert.equal((await server.call('POST', '/projects/neighbour/records/notes', { json: many })).status, 201);
  for (const { body } of await Promise.all(endless)) assert.equal(body.error?.code, 'query_timeout');
  assert.equal(stored('first'), '0\n1\n0\n');
});

test('an endless trigger in another table, fired by a foreign key, is stopped', async () => {
  const deleted = await server.call('DELETE', '/projects/first/records/parents/1');
  assert.equal(deleted.body.error?.code, 'query_timeout');
  assert.equal(stored('first'), '0\n1\n0\n');
});

test('a slow CHECK does not delay another project', async () => {
  const bomb = (depth: number): string => (depth === 0 ? 'zeroblob(4000000)' : `hex(${bomb(depth - 1)})`);
  const checks = [Array.from({ length: 200 }, () => `length(${bomb(2)}) > 0`).join(' AND ')];
  const table = { table_name: 'slow', columns: [{ column_name: 'name' }], checks };
  assert.equal((await server.call('POST', '/projects/neighbour/table', { json: table })).status, 201);
  const slow = server.call('POST', '/projects/neighbour/records/slow', { json: { name: 'x' } });
  const read = await server.call('GET', '/projects/third/records/parents/1');
  assert.equal(read.status, 200);
  assert.match(
    (await slow).body.error?.code ?? '',
    /^query_(?:timeout|failed)$/,
    'its time or its memory ended',
  );
});

test('a value that exceeds the limits of short work is stored and read', async () => {
  await using patient = await borrowTestServer();
  await patient.createProject('notes');
  const table = { table_name: 'long', columns: [{ column_name: 'text' }] };
  assert.equal((await patient.call('POST', '/projects/notes/table', { json: table })).status, 201);
  const file = join(patient.dataDir, 'projects', 'notes', 'database.sqlite');
  runSqliteShell(file, "INSERT INTO long (text) VALUES (printf('%.*c', 20000000, 'x'));");
  const read = await patient.call('GET', '/projects/notes/records/long/1');
  assert.equal(read.body.data.row.text.length, 20_000_000);
  const changed = await patient.call('PATCH', '/projects/notes/records/long/1', { json: { text: 'short' } });
  assert.deepEqual(changed.body.data.row, { id: 1, text: 'short' });
});
