import assert from 'node:assert/strict';
import { test } from 'node:test';

import { startProject } from '../../testing/http/project-client.ts';
import { fieldsAtFault } from '../../testing/http/test-server.ts';

test('a row that is too large for one string is refused when it is read, and the other rows can be read', async () => {
  await using project = await startProject(null);
  project.shell(`
    CREATE TABLE vast(id INTEGER PRIMARY KEY, b BLOB);
    INSERT INTO vast VALUES (1, zeroblob(3)), (2, zeroblob(410000000));`);
  assert.deepEqual((await project.data('GET', 'records/vast/1')).row, { id: 1, b: 'AAAA' });
  await project.refuse('conflict', 'GET', 'records/vast/2');
  const first = await project.data('GET', 'records/vast?columns=b&limit=1');
  assert.deepEqual([first.rows, first.has_more], [[{ b: 'AAAA' }], true]);
  assert.equal((await project.data('GET', 'records/vast?columns=id')).returned, 2);
  assert.deepEqual((await project.data('PATCH', 'records/vast/2', { b: 'AAAA' })).row, { id: 2, b: 'AAAA' });
  assert.equal((await project.data('DELETE', 'records/vast/2')).deleted, true);
});

test('a page has up to 64 Mi characters', async () => {
  await using project = await startProject(`
    CREATE TABLE vast(id INTEGER PRIMARY KEY, t TEXT AS (printf('%.*c', 30000000, 'x')));
    INSERT INTO vast(id) VALUES (1), (2), (3), (4);`);
  const two = await project.data('GET', 'records/vast?limit=2');
  assert.deepEqual([two.returned, two.has_more], [2, true]);
  const refused = await project.refuse('validation_failed', 'GET', 'records/vast?limit=3');
  assert.deepEqual(fieldsAtFault(refused), ['query.limit']);
  assert.equal((await project.data('GET', 'records/vast?columns=id')).returned, 4);
});

const post = (path: string, body: unknown) => ({ method: 'POST', path, body });

test('a batch is stopped as soon as its answer is too long', async () => {
  await using project = await startProject(
    "CREATE TABLE long (id INTEGER PRIMARY KEY, x); INSERT INTO long VALUES (1, printf('%.*c', 15000000, 'x'));",
  );
  const read = { method: 'GET', path: '/records/long/1' };
  const nowhere = { method: 'GET', path: '/records/long/2' };
  const operations = [read, read, read, read, read, nowhere];
  const refused = await project.refuse('validation_failed', 'POST', 'batch', { operations });
  assert.deepEqual(fieldsAtFault(refused), ['body.operations[4]']);
});

test('references cannot multiply the size of a short batch', async () => {
  await using project = await startProject('CREATE TABLE long (id INTEGER PRIMARY KEY, x TEXT);');
  const again = post('/records/long', { rows: [{ x: { $ref: '0.row.x' } }], return: 'none' });
  const operations = [
    post('/records/long', { x: 'x'.repeat(9_000_000) }),
    ...Array.from({ length: 8 }, () => again),
  ];
  const refused = await project.refuse('validation_failed', 'POST', 'batch', { operations });
  assert.deepEqual(fieldsAtFault(refused), ['body.operations[8].body.rows[0].x']);
  assert.equal(project.shell('SELECT count(*) FROM long;'), '0');
});

test('a trigger may move rows whose keys together exceed the memory of a write', async () => {
  await using project = await startProject(`
    CREATE TABLE moved (k TEXT PRIMARY KEY, moves) WITHOUT ROWID;
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 150)
    INSERT INTO moved SELECT printf('%d%.*c', i, 1000000, 'x'), true FROM n;
    CREATE TRIGGER move AFTER INSERT ON moved BEGIN UPDATE moved SET k = '!' || k WHERE moves; END;`);
  const row = { k: 'new', moves: 0 };
  assert.deepEqual((await project.data('POST', 'records/moved', row)).row, row);
});
