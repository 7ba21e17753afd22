import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { databaseFile } from '../../testing/databases/database-file.ts';
import { borrowTestServer } from '../../testing/http/borrowed-server.ts';
import { importDatabase } from '../../testing/http/import-and-export.ts';
import { type Answer, fieldsAtFault, type TestServer } from '../../testing/http/test-server.ts';

const QUERY = '/projects/crm/query';

let server: TestServer;
let token: string;

function send(json: unknown): Promise<Answer> {
  return server.call('POST', QUERY, { token, json });
}

// oxlint-disable-next-line typescript/no-explicit-any -- a test reads the fields that it expects, and fails if one is missing
async function query(sql: string, params?: unknown): Promise<any> {
  const { status, body } = await send({ sql, ...(params !== undefined && { params }) });
  assert.equal(status, 200, `${sql}: ${JSON.stringify(body.error)}`);
  return body.data;
}

async function refused(code: string, json: unknown): Promise<Answer> {
  const answer = await send(json);
  assert.equal(answer.body.error?.code, code, `${JSON.stringify(json)}: ${JSON.stringify(answer.body)}`);
  return answer;
}

before(async () => {
  server = await borrowTestServer();
  token = await server.createProject('crm');
  const columns = [{ column_name: 'email' }, { column_name: 'owner_id', column_type: 'INTEGER' }];
  await server.call('POST', '/projects/crm/table', { token, json: { table_name: 'contacts', columns } });
  const rows = [{ email: 'ada@x', owner_id: 42 }, { email: 'bob@x' }];
  const stored = await server.call('POST', '/projects/crm/records/contacts', { token, json: { rows } });
  assert.equal(stored.status, 201);
});
after(() => server[Symbol.asyncDispose]());

describe('a query', () => {
  test('is answered with its rows, their number, the limit and the duration, in this order, and then the fields of Rowhouse', async () => {
    const { status, body } = await send({ sql: 'SELECT email, owner_id FROM contacts ORDER BY id' });
    assert.equal(status, 200);
    assert.deepEqual(Object.keys(body.data), [
      'rows',
      'row_count',
      'limit',
      'duration_ms',
      'columns',
      'truncated',
    ]);
    const { duration_ms: durationMs, ...rest } = body.data;
    assert.ok(Number.isInteger(durationMs) && durationMs >= 0);
    assert.deepEqual(rest, {
      rows: [
        { email: 'ada@x', owner_id: 42 },
        { email: 'bob@x', owner_id: null },
      ],
      row_count: 2,
      limit: 500,
      columns: ['email', 'owner_id'],
      truncated: false,
    });
  });

  test('can be in `query` or `sql`; exactly one of them is required', async () => {
    assert.equal((await send({ query: 'SELECT 1' })).status, 200);
    const both = await refused('validation_failed', { sql: 'SELECT 1', query: 'SELECT 1' });
    assert.deepEqual(fieldsAtFault(both), ['body.query']);
    assert.deepEqual(fieldsAtFault(await refused('validation_failed', {})), ['body.sql']);
    for (const json of [
      { sql: 1 },
      { sql: '' },
      { sql: 'x'.repeat(100_001) },
      { sql: 'SELECT 1', more: 1 },
    ]) {
      await refused('validation_failed', json);
    }
  });

  test('sees earlier writes', async () => {
    const earlier = await query('SELECT count(*) AS n FROM contacts');
    await server.call('POST', '/projects/crm/records/contacts', { token, json: { email: 'cy@x' } });
    const afterwards = await query('SELECT count(*) AS n FROM contacts');
    assert.equal(afterwards.rows[0].n, earlier.rows[0].n + 1);
  });

  test('can be WITH, recursive or not, and EXPLAIN QUERY PLAN, in any case and after comments', async () => {
    const statements = [
      'with x AS (SELECT 1 AS a) SELECT a FROM x',
      'WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 9) SELECT max(n) FROM c',
      '-- a plan\n/* of */ explain /* and */ QUERY plan SELECT * FROM contacts',
      '\u{feff}SELECT 1',
    ];
    for (const sql of statements) await query(sql);
    const plan = await query('EXPLAIN QUERY PLAN SELECT * FROM contacts WHERE id = 1');
    assert.match(plan.rows[0].detail, /SEARCH contacts/);
  });

  test('can have columns with the same name: all are listed in `columns`, and the row has the last one', async () => {
    const { columns, rows } = await query('SELECT 1 AS a, 2 AS b, 3 AS a');
    assert.deepEqual(columns, ['a', 'b', 'a']);
    assert.deepEqual(rows, [{ a: 3, b: 2 }]);
    assert.deepEqual(Object.keys(rows[0] ?? {}), ['a', 'b']);
  });

  test('can have columns of any name, also one with a meaning in JavaScript', async () => {
    const answer = await server.fetch('POST', QUERY, {
      token,
      json: { sql: 'SELECT 1 AS "__proto__", 2 AS "", 3 AS "ü""x"' },
    });
    assert.match(await answer.text(), /"rows":\[\{"__proto__":1,"":2,"ü\\"x":3\}\]/);
  });

  test('returns rows up to a limit from 1 to 1000, and reports whether there are more', async () => {
    const numbers = 'WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT n FROM c';
    for (const [limit, used] of [
      [undefined, 500],
      [2, 2],
      [0, 1],
      [-7, 1],
      [5_000, 1_000],
    ]) {
      const { body } = await send({ sql: numbers, limit });
      assert.equal(body.data.limit, used);
      assert.equal(body.data.row_count, used);
      assert.equal(body.data.rows.length, used);
      assert.equal(body.data.truncated, true);
    }
    const exact = await send({ sql: `${numbers} LIMIT 2`, limit: 2 });
    assert.equal(exact.body.data.truncated, false);
    await refused('validation_failed', { sql: 'SELECT 1', limit: 'ten' });
    await refused('validation_failed', { sql: 'SELECT 1', limit: 1.5 });
  });

  test('reads views, JSON and full-text, R-Tree and Geopoly tables', async () => {
    await server.createProject('search');
    const file = databaseFile(`
      CREATE TABLE notes(id INTEGER PRIMARY KEY, body TEXT);
      INSERT INTO notes VALUES (1, 'hello world');
      CREATE VIEW loud AS SELECT upper(body) AS body FROM notes;
      CREATE VIRTUAL TABLE f5 USING fts5(x); INSERT INTO f5 VALUES ('hello world');
      CREATE VIRTUAL TABLE f4 USING fts4(x); INSERT INTO f4 VALUES ('hello world');
      CREATE VIRTUAL TABLE boxes USING rtree(id, x0, x1); INSERT INTO boxes VALUES (1, 2, 3);`);
    assert.equal((await importDatabase(server, 'search', file)).status, 201);
    for (const [sql, value] of [
      ['SELECT body FROM loud', 'HELLO WORLD'],
      ["SELECT value FROM json_each('[7]')", 7],
      ["SELECT highlight(f5, 0, '<', '>') FROM f5('hello')", '<hello> world'],
      ["SELECT snippet(f4) FROM f4 WHERE f4 MATCH 'hello'", '<b>hello</b> world'],
      ['SELECT id FROM boxes WHERE x0 > 1', 1],
    ]) {
      const { body } = await server.call('POST', '/projects/search/query', { json: { sql } });
      assert.equal(body.error, null, JSON.stringify(body.error));
      assert.equal(body.data.rows[0][body.data.columns[0]], value, String(sql));
    }
  });
});

describe('values', () => {
  test('have the form of records: large integers and infinities as strings, BLOBs as base64, a REAL with its decimal point', async () => {
    const sql = `SELECT 9007199254740991 AS safe, 9007199254740992 AS large, -9223372036854775808 AS least,
      9e999 AS infinite, -9e999 AS negative, x'00ff' AS bytes, 0.1 AS tenth, 2.0 AS two, NULL AS none, 'ü"' AS text`;
    const answer = await server.fetch('POST', QUERY, { token, json: { sql } });
    const rows = /"rows":(\[.*\]),"row_count"/.exec(await answer.text())?.[1];
    assert.equal(
      rows,
      '[{"safe":9007199254740991,"large":"9007199254740992","least":"-9223372036854775808",' +
        '"infinite":"Infinity","negative":"-Infinity","bytes":"AP8=","tenth":0.1,"two":2.0,"none":null,"text":"ü\\""}]',
    );
  });

  test('of parameters are bound unchanged: integers exactly, text as text, true as 1', async () => {
    const sql = 'SELECT ? AS a, typeof(?) AS b, typeof(?) AS c, typeof(?) AS d, ? AS e';
    const body = `{"sql":${JSON.stringify(sql)},"params":[9223372036854775807,1,1.5,"9007199254740993",true]}`;
    const answer = await server.call('POST', QUERY, {
      token,
      body,
      headers: { 'content-type': 'application/json' },
    });
    const row = { a: '9223372036854775807', b: 'integer', c: 'real', d: 'text', e: 1 };
    assert.deepEqual(answer.body.data.rows, [row]);
  });
});

describe('parameters', () => {
  test('are an array for `?` and `?1`, in the order of their numbers', async () => {
    assert.deepEqual((await query('SELECT ? AS a, ? AS b', [1, 'x'])).rows, [{ a: 1, b: 'x' }]);
    assert.deepEqual((await query('SELECT ?2 AS a, ?1 AS b, ?2 AS c', [1, 2])).rows, [{ a: 2, b: 1, c: 2 }]);
    assert.deepEqual((await query('SELECT ?3 AS a, ? AS b', [1, 2, 3, 4])).rows, [{ a: 3, b: 4 }]);
  });

  test('are an object for `:name`, `@name` and `$name`, with the prefix or without it', async () => {
    const sql = 'SELECT :a AS a, @b AS b, $c AS c, :a AS d';
    assert.deepEqual((await query(sql, { a: 1, b: null, c: 'x' })).rows, [{ a: 1, b: null, c: 'x', d: 1 }]);
    assert.deepEqual((await query(sql, { ':a': 1, '@b': 2, $c: 3 })).rows, [{ a: 1, b: 2, c: 3, d: 1 }]);
  });

  test('are not recognized in a string, a name or a comment', async () => {
    assert.deepEqual((await query(`SELECT '?' AS ":a", ? AS [@b] -- $c`, [5])).rows, [
      { ':a': '?', '@b': 5 },
    ]);
  });

  test('that are missing, superfluous or unknown are refused by name', async () => {
    const cases: readonly (readonly [sql: string, params: unknown, field: string])[] = [
      ['SELECT ?', [], 'body.params'],
      ['SELECT ?', [1, 2], 'body.params'],
      ['SELECT ?', undefined, 'body.params'],
      ['SELECT ?', { a: 1 }, 'body.params'],
      ['SELECT ?4', [1], 'body.params'],
      ['SELECT 1', [1], 'body.params'],
      ['SELECT :a', [1], 'body.params'],
      ['SELECT :a', {}, 'body.params.a'],
      ['SELECT :a', { a: 1, b: 2 }, 'body.params.b'],
      ['SELECT :a', { a: 1, ':a': 2 }, 'body.params.a'],
      ['SELECT ?', 'text', 'body.params'],
      ['SELECT ?', [[1]], 'body.params[0]'],
      ['SELECT :a', { a: { b: 1 } }, 'body.params.a'],
      ['SELECT ?', ['\ud800'], 'body.params[0]'],
    ];
    for (const [sql, params, field] of cases) {
      const answer = await refused('validation_failed', { sql, params });
      assert.deepEqual(fieldsAtFault(answer), [field], `${sql} ${JSON.stringify(params)}`);
    }
  });
});

describe('a statement that SQLite cannot run', () => {
  test('is `query_failed` with SQLite’s message', async () => {
    for (const [sql, words] of [
      ['SELECT * FROM nowhere', /no such table: nowhere/],
      ['SELECT absent FROM contacts', /no such column: absent/],
      ['SELECT "email " FROM contacts', /no such column/],
      ["SELECT abs('x', 2)", /wrong number of arguments/],
      ['SELECT json(\'{"a":\')', /malformed JSON/],
      ['SELECT abs(-9223372036854775808)', /integer overflow/],
      ["SELECT 'text", /unrecognized token/],
      ['SELECT', /incomplete input/],
    ] as const) {
      const { body } = await refused('query_failed', { sql });
      assert.match(body.error?.message ?? '', words);
    }
  });

  test('has the offset of a syntax error, even if its token occurs several times', async () => {
    for (const [sql, offset] of [
      ['SELECT 1 FROM FROM x', 14],
      ['SELECT \'from\', "from" FROM contacts WHERE from = 1', 42],
      ['SELECT (1 + ) AS a', 12],
    ] as const) {
      const { body } = await refused('query_failed', { sql });
      assert.match(body.error?.message ?? '', new RegExp(`syntax error, at offset ${offset}$`));
    }
  });

  test('is reported for the field that contains it', async () => {
    assert.deepEqual(fieldsAtFault(await refused('query_failed', { sql: 'SELECT' })), ['body.sql']);
    assert.deepEqual(fieldsAtFault(await refused('query_failed', { query: 'SELECT' })), ['body.query']);
  });
});

describe('sqlite_master', () => {
  test('can be read under both its names, without the service’s own tables', async () => {
    // Reading a table creates the service's own tables.
    await server.call('GET', '/projects/crm/table/contacts', { token });
    for (const sql of [
      'SELECT name FROM sqlite_master WHERE type = ? ORDER BY name',
      'SELECT s.name FROM "sqlite_schema" AS s WHERE type = ? ORDER BY name',
      'WITH s AS (SELECT * FROM [SQLITE_MASTER]) SELECT name FROM s WHERE type = ? ORDER BY name',
      'WITH RECURSIVE n(x) AS (SELECT 1) SELECT name FROM n, sqlite_master WHERE type = ? ORDER BY name',
    ]) {
      const { rows } = await query(sql, ['table']);
      assert.deepEqual(rows, [{ name: 'contacts' }, { name: 'sqlite_sequence' }], sql);
    }
    await query('EXPLAIN QUERY PLAN SELECT * FROM sqlite_master');
  });

  test('cannot be read in any other way', async () => {
    for (const sql of [
      'SELECT * FROM main.sqlite_master',
      'SELECT count(*) FROM main.sqlite_schema',
      'SELECT * FROM temp.sqlite_schema',
      'SELECT * FROM sqlite_temp_master',
    ]) {
      await refused('query_rejected', { sql });
    }
  });
});

test('a query requires the scope `query`, and a token of the project', async () => {
  const { body } = await server.call('POST', '/projects/crm/auth/tokens', {
    token,
    json: { scopes: ['records:read'], revoke_previous: false },
  });
  const narrow = await server.call('POST', QUERY, {
    token: body.data.token.token,
    json: { sql: 'SELECT 1' },
  });
  assert.equal(narrow.body.error?.code, 'permission_denied');
  const foreign = await server.createProject('other');
  const other = await server.call('POST', QUERY, { token: foreign, json: { sql: 'SELECT 1' } });
  assert.equal(other.body.error?.code, 'invalid_token');
});
