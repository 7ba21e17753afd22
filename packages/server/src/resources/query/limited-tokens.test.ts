import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { databaseFile } from '../../testing/databases/database-file.ts';
import { borrowTestServer } from '../../testing/http/borrowed-server.ts';
import { importDatabase } from '../../testing/http/import-and-export.ts';
import type { TestServer } from '../../testing/http/test-server.ts';

let server: TestServer;
let limited: string;

before(async () => {
  server = await borrowTestServer();
  const token = await server.createProject('crm');
  const file = databaseFile(`
    CREATE TABLE orders(id INTEGER PRIMARY KEY, total REAL); INSERT INTO orders VALUES (1, 9.5);
    CREATE TABLE salaries(id INTEGER PRIMARY KEY, amount REAL); INSERT INTO salaries VALUES (1, 1e6);
    CREATE TABLE json_tree(value); INSERT INTO json_tree VALUES ('secret');
    CREATE VIEW trees AS SELECT value FROM json_tree;
    CREATE VIEW totals AS SELECT total FROM orders;
    CREATE VIEW paid AS SELECT amount FROM salaries;
    CREATE VIEW cheap AS SELECT total FROM orders;
    CREATE VIRTUAL TABLE notes USING fts5(x); INSERT INTO notes VALUES ('open');
    CREATE VIRTUAL TABLE diary USING fts5(x); INSERT INTO diary VALUES ('secret');`);
  assert.equal((await importDatabase(server, 'crm', file)).status, 201);
  const { body } = await server.call('POST', '/projects/crm/auth/tokens', {
    token,
    json: { tables: ['Orders', 'totals', 'paid', 'trees', 'notes'], revoke_previous: false },
  });
  limited = body.data.token.token;
});
after(() => server[Symbol.asyncDispose]());

async function send(sql: string) {
  const { body } = await server.call('POST', '/projects/crm/query', { token: limited, json: { sql } });
  return body;
}

test('a token limited to tables may query those, also through views and full-text search', async () => {
  for (const [sql, value] of [
    ['SELECT total FROM orders', 9.5],
    ['SELECT total FROM totals', 9.5],
    ['SELECT count(*) FROM ORDERS', 1],
    ['WITH salaries AS (SELECT 7 AS amount) SELECT amount FROM salaries', 7],
    ["SELECT x FROM notes('open')", 'open'],
    ["SELECT value FROM json_each('[3]')", 3],
  ] as const) {
    const body = await send(sql);
    assert.deepEqual(
      body.data?.rows[0],
      { [body.data?.columns[0]]: value },
      `${sql}: ${body.error?.message}`,
    );
  }
});

test('queries of every other table are refused with the same message, whether it exists or not', async () => {
  const answers = new Set<string>();
  for (const table of ['salaries', 'nowhere', 'main.salaries', 'cheap', 'diary', 'diary_content']) {
    for (const columns of ['*', 'amount', 'absent', 'count(*)', 'absent()', 'abs()']) {
      const { error } = await send(`SELECT ${columns} FROM ${table}`);
      answers.add(`${error?.code} ${error?.message}`);
    }
  }
  assert.deepEqual([...answers], ['permission_denied The token may not access this table.']);
});

test('no indirect way leads to another table', async () => {
  for (const sql of [
    'SELECT amount FROM paid',
    'SELECT value FROM trees',
    'SELECT value FROM json_tree',
    'SELECT count(*) FROM json_tree',
    'SELECT amount FROM paid, orders',
    'SELECT 1 FROM diary_config',
    'SELECT total FROM orders UNION ALL SELECT amount FROM salaries',
    'SELECT (SELECT max(amount) FROM salaries)',
    'SELECT * FROM orders WHERE id IN salaries',
    'SELECT * FROM orders WHERE EXISTS (SELECT 1 FROM salaries)',
    'WITH orders AS (SELECT amount FROM salaries) SELECT * FROM orders',
    'WITH totals AS (SELECT amount FROM salaries) SELECT * FROM totals',
    'SELECT o.total FROM orders o JOIN salaries s USING (id)',
    'EXPLAIN QUERY PLAN SELECT * FROM salaries',
    'SELECT sql FROM sqlite_master',
    'SELECT sql FROM sqlite_schema',
  ]) {
    assert.equal((await send(sql)).error?.code, 'permission_denied', sql);
  }
  for (const sql of [
    'SELECT * FROM main.sqlite_master',
    'SELECT * FROM dbstat',
    'SELECT * FROM pragma_table_list',
  ]) {
    const { error } = await send(sql);
    assert.equal(error?.code, 'query_rejected', sql);
    assert.doesNotMatch(error?.message ?? '', /salaries|diary/);
  }
});

test('errors in statements on its own tables are reported as to any other token', async () => {
  for (const [sql, words] of [
    ['SELECT nome FROM orders', /no such column: nome/],
    ['SELECT FROM orders', /near "FROM": syntax error, at offset 7/],
    ["SELECT absent() FROM notes('open')", /no such function: absent/],
  ] as const) {
    const { error } = await send(sql);
    assert.equal(error?.code, 'query_failed', sql);
    assert.match(error?.message ?? '', words);
  }
});
