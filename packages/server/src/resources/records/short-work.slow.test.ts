import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { databaseFile } from '../../testing/databases/database-file.ts';
import { borrowTestServer } from '../../testing/http/borrowed-server.ts';
import { readExposition } from '../../testing/http/exposition.ts';
import { importDatabase } from '../../testing/http/import-and-export.ts';
import { type Answer, startTestServer, type TestServer } from '../../testing/http/test-server.ts';
import { runSqliteShell } from '../../testing/tools/sqlite-shell.ts';

let server: TestServer;
/** Has a short time limit; the other servers have long ones. */
let impatient: TestServer;

before(async () => {
  server = await borrowTestServer();
  impatient = await startTestServer({ queryTimeoutMs: 500 });
  await server.createProject('own');
  await impatient.createProject('own');
  await server.createProject('long');
  await impatient.createProject('neighbour');
  const notes = { table_name: 'notes', columns: [{ column_name: 'text' }] };
  await makeTable('neighbour', notes, impatient);
});
after(async () => {
  await server[Symbol.asyncDispose]();
  await impatient[Symbol.asyncDispose]();
});

async function makeTable(
  project: string,
  table: Readonly<Record<string, unknown>>,
  on = server,
): Promise<void> {
  const made = await on.call('POST', `/projects/${project}/table`, { json: table });
  assert.equal(made.status, 201, JSON.stringify(made.body));
}

function insert(
  project: string,
  table: string,
  row: unknown,
  { headers = {}, on = server } = {},
): Promise<Answer> {
  return on.call('POST', `/projects/${project}/records/${table}`, { json: row, headers });
}

function shell(project: string, sql: string): string {
  return runSqliteShell(join(server.dataDir, 'projects', project, 'database.sqlite'), sql);
}

/** The number of writes committed so far by the threads for short work. */
async function shortWrites(on: TestServer): Promise<number> {
  const metrics = readExposition(await (await on.fetch('GET', '/metrics')).text());
  const samples = metrics.get('rowhouse_commit_batch_size')?.samples ?? [];
  return samples.find(({ name }) => name.endsWith('_sum'))?.value ?? 0;
}

/** Runs the write, and returns how many of its writes were short work. */
async function shortWritesOf(write: () => Promise<void>, on = server): Promise<number> {
  const earlier = await shortWrites(on);
  await write();
  return (await shortWrites(on)) - earlier;
}

describe('a row with a CHECK that may need much time or memory', () => {
  const checks: Readonly<Record<string, string>> = {
    grows: `length(${Array.from({ length: 480 }, () => 'a').join('||')}) > -1`,
    grows_on_both_sides: Array.from({ length: 100 }, () => "a || a <> ''").join(' AND '),
    trims: 'length(trim(a, a)) >= 0 AND length(ltrim(a, a)) >= 0',
    matches: `a NOT LIKE '${'%y'.repeat(20)}'`,
    adds: `${Array.from({ length: 400 }, () => 'a').join('+')} IS NOT NULL`,
  };
  for (const [table, check] of Object.entries(checks)) {
    test(`is written in a process that can be stopped: ${table}`, async () => {
      const columns = [{ column_name: 'a' }];
      await makeTable('own', { table_name: table, columns, checks: [check] }, impatient);
      const short = await shortWritesOf(async () => {
        for (const length of [1_000, 32_768, 1_000_000]) {
          const written = insert('own', table, { a: 'x'.repeat(length) }, { on: impatient });
          const read = await impatient.call('GET', '/projects/neighbour/records/notes');
          assert.equal(read.status, 200);
          const { status, body } = await written;
          if (status !== 201) assert.match(body.error?.code ?? '', /^query_(?:timeout|failed)$/);
        }
      }, impatient);
      assert.equal(short, 0);
    });
  }

  test('does not affect writes to ordinary tables of the project', async () => {
    await makeTable('own', {
      table_name: 'ordinary',
      columns: [
        { column_name: 'name' },
        { column_name: 'status' },
        { column_name: 'price', column_type: 'REAL' },
      ],
      checks: ['length(name) > 0', "status IN ('a', 'b')", 'price >= 0'],
    });
    const short = await shortWritesOf(async () => {
      assert.equal((await insert('own', 'ordinary', { name: 'x', status: 'a', price: 1 })).status, 201);
      const patched = await server.call('PATCH', '/projects/own/records/ordinary/1', {
        json: { status: 'b' },
      });
      assert.equal(patched.status, 200);
      assert.equal((await insert('own', 'ordinary', { name: '', status: 'a', price: 1 })).status, 409);
    });
    assert.equal(short, 2);
  });
});

describe('a row that exceeds the limits of short work', () => {
  before(async () => {
    const columns = [{ column_name: 'name', is_unique: true }, { column_name: 'text' }];
    await makeTable('long', { table_name: 'texts', columns, checks: ['length(text) > 0'] });
  });

  for (const [what, text] of [
    ['a little shorter than the limit', 'x'.repeat(131_000)],
    ['just the limit', 'x'.repeat(131_072)],
    ['one more', 'x'.repeat(131_073)],
    ['longer as JSON', '"'.repeat(100_000)],
    ['of characters of four bytes', '🪨'.repeat(60_000)],
    ['as long as a body may be', 'x'.repeat(10_000_000)],
  ] as const) {
    test(`is written, read, changed and deleted: ${what}`, async () => {
      const made = await insert(
        'long',
        'texts',
        { name: what, text },
        { headers: { 'idempotency-key': what } },
      );
      assert.equal(made.status, 201, JSON.stringify(made.body.error));
      const { id } = made.body.data.row;
      const again = await insert(
        'long',
        'texts',
        { name: what, text },
        { headers: { 'idempotency-key': what } },
      );
      assert.deepEqual(again.body.data, made.body.data);
      const path = `/projects/long/records/texts/${id}`;
      assert.equal((await server.call('GET', path)).body.data.row.text, text);
      const listed = await server.call('GET', '/projects/long/records/texts?limit=1');
      assert.equal(listed.body.data.rows[0].text, text);
      const twice = await insert('long', 'texts', { name: what, text: 'y' });
      assert.equal(twice.status, 409);
      const patched = await server.call('PATCH', path, { json: { name: `${what} 2` } });
      assert.equal(patched.body.data.row.text, text);
      const json = {
        operations: [{ method: 'PATCH', path: `/records/texts/${id}`, body: { text: `${text.slice(2)}yy` } }],
      };
      const batch = await server.call('POST', '/projects/long/batch', { json });
      assert.equal(batch.status, 200, JSON.stringify(batch.body.error));
      assert.equal(shell('long', 'SELECT count(*) FROM texts'), '1\n', 'each had effect once');
      assert.equal((await server.call('DELETE', path)).status, 200);
    });
  }
});

describe('a schema that exceeds the limits of short work', () => {
  const OR = Array.from({ length: 400 }, (_, index) => `id = ${index}`).join(' OR ');
  const ROWS = 'CREATE TABLE rows (id INTEGER PRIMARY KEY, a TEXT);';
  for (const [project, sql] of [
    ['deep_view', `CREATE VIEW v AS SELECT ${Array.from({ length: 400 }, () => '1').join('+')}; ${ROWS}`],
    ['deep_check', `CREATE TABLE t (id, CHECK (${OR})); ${ROWS}`],
    [
      'deep_trigger',
      `${ROWS} CREATE TRIGGER g AFTER INSERT ON rows WHEN ${OR.replaceAll('id', 'NEW.id')} BEGIN SELECT 1; END;`,
    ],
    ['long_text', `CREATE TABLE t (id /* ${'x'.repeat(300_000)} */); ${ROWS}`],
    [
      'wide',
      `CREATE TABLE rows (id INTEGER PRIMARY KEY, a, ${Array.from({ length: 1_900 }, (_, n) => `c${n}`).join(', ')});`,
    ],
    [
      'twice_each',
      `CREATE TABLE rows (id INTEGER PRIMARY KEY, a, g0 AS (a), ${Array.from({ length: 6 }, (_, n) => `g${n + 1} AS (g${n} = g${n})`).join(', ')});`,
    ],
  ] as const) {
    test(`does not prevent reads and writes: ${project}`, async () => {
      await server.createProject(project);
      assert.equal((await importDatabase(server, project, databaseFile(sql))).status, 201);
      const made = await insert(project, 'rows', { a: 'x' });
      assert.equal(made.status, 201, JSON.stringify(made.body.error));
      const read = await server.call('GET', `/projects/${project}/records/rows/1`);
      assert.equal(read.body.data.row.a, 'x');
      const listed = await server.call('GET', `/projects/${project}/records/rows`);
      assert.equal(listed.body.data.rows.length, 1);
      const changed = await server.call('PATCH', `/projects/${project}/records/rows/1`, { json: { a: 'y' } });
      assert.equal(changed.body.data.row.a, 'y');
      assert.equal((await server.call('DELETE', `/projects/${project}/records/rows/1`)).status, 200);
      assert.equal(shell(project, 'SELECT count(*) FROM rows'), '0\n');
    });
  }

  test('has the usual error for an expression that fails', async () => {
    const columns = [{ column_name: 'n', column_type: 'INTEGER' }];
    await makeTable('own', { table_name: 'failing', columns, checks: ['abs(n) > 0'] });
    const failed = await server.call('POST', '/projects/own/records/failing', {
      body: '{"n":-9223372036854775808}',
      headers: { 'content-type': 'application/json' },
    });
    assert.equal(failed.body.error?.code, 'conflict', JSON.stringify(failed.body));
    assert.match(failed.body.error?.message ?? '', /integer overflow/);
  });
});
