import assert from 'node:assert/strict';
import { after, describe } from 'node:test';

import { assertKeys, type Data } from './answer.ts';
import { documented, ours } from './contract.ts';
import { openService } from './tested-service.ts';
import { MISSING, refusesEach } from './wrong-fields.ts';

const service = await openService();
after(() => service.close());
const { path, accept, refuse } = service;

const QUERY = `${path}/query`;
const ANSWER_KEYS = ['rows', 'row_count', 'limit', 'duration_ms'];
const OUR_KEYS = { ours: ['columns', 'truncated'] };

const contacts = service.tableName('contacts');
await accept(201, 'POST', `${path}/table`, {
  table_name: contacts,
  columns: [{ column_name: 'email' }, { column_name: 'age', column_type: 'INTEGER' }],
});
await accept(201, 'POST', `${path}/records/${contacts}`, { email: 'ada@example.com', age: 36 });
await accept(201, 'POST', `${path}/records/${contacts}`, { email: 'bob@example.com', age: 17 });

async function run(sql: string, fields: object = {}): Promise<Data> {
  return accept(200, 'POST', QUERY, { sql, ...fields });
}

/** A statement that returns numbered rows. */
const counting = (rows: number) =>
  `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows}) SELECT i FROM n`;

describe('POST /projects/{p}/query', () => {
  documented('returns the rows, their number, the limit and the duration', async () => {
    const data = await run(`SELECT email, age FROM ${contacts} ORDER BY id`);
    assertKeys(data, ANSWER_KEYS, OUR_KEYS);
    assert.deepEqual(data.rows, [
      { email: 'ada@example.com', age: 36 },
      { email: 'bob@example.com', age: 17 },
    ]);
    assert.deepEqual(Object.keys(data.rows[0]), ['email', 'age']);
    assert.deepEqual([data.row_count, data.limit], [2, 500]);
    assert.ok(Number.isInteger(data.duration_ms) && data.duration_ms >= 0);
  });

  documented('accepts the statement as sql or as query', async () => {
    const data = await accept(200, 'POST', QUERY, { query: 'SELECT 1 AS one' });
    assert.deepEqual(data.rows, [{ one: 1 }]);
  });

  documented('binds params: an array for ?, an object for :name', async () => {
    const where = `SELECT email FROM ${contacts} WHERE age`;
    const byPlace = await run(`${where} > ? AND age < ?`, { params: [18, 40] });
    const byName = await run(`${where} > :low AND age < :high`, { params: { low: 18, high: 40 } });
    assert.deepEqual(byPlace.rows, [{ email: 'ada@example.com' }]);
    assert.deepEqual(byName.rows, byPlace.rows);
    const quoted = await run('SELECT ? AS text', { params: ["'; DROP TABLE x; --"] });
    assert.deepEqual(quoted.rows, [{ text: "'; DROP TABLE x; --" }]);
  });

  ours('binds a number with a point or an exponent as a REAL, and any other as an INTEGER', async () => {
    const headers = { 'content-type': 'application/json' };
    const statement = JSON.stringify('SELECT typeof(?1) AS type, ?1 / 2 AS half');
    for (const [number, type, half] of [
      ['3', 'integer', 1],
      ['3.0', 'real', 1.5],
      ['3e0', 'real', 1.5],
      ['-30E-1', 'real', -1.5],
      ['9007199254740993', 'integer', 4_503_599_627_370_496],
    ] as const) {
      const body = `{"sql":${statement},"params":[${number}],"limit":1.0}`;
      assert.deepEqual(
        (await accept(200, 'POST', QUERY, undefined, { body, headers })).rows,
        [{ type, half }],
        number,
      );
    }
  });

  documented('returns up to 500 rows, or up to a limit from 1 to 1000', async () => {
    const limits: readonly (readonly [requested: number | undefined, limit: number])[] = [
      [undefined, 500],
      [2, 2],
      [1000, 1000],
      [5000, 1000],
      [0, 1],
      [-5, 1],
    ];
    for (const [requested, limit] of limits) {
      const data = await run(counting(1500), requested === undefined ? {} : { limit: requested });
      assert.deepEqual([data.limit, data.row_count, data.rows.length], [limit, limit, limit]);
    }
  });

  ours(
    'reports whether there were more rows, and lists the columns in order, including duplicates',
    async () => {
      assert.equal((await run(counting(3), { limit: 3 })).truncated, false);
      assert.equal((await run(counting(4), { limit: 3 })).truncated, true);
      const data = await run('SELECT 1 AS a, 2 AS b, 3 AS a');
      assert.deepEqual(data.columns, ['a', 'b', 'a']);
      assert.deepEqual((await run(`SELECT email FROM ${contacts} WHERE 0`)).columns, ['email']);
    },
  );

  documented('accepts SELECT, WITH and EXPLAIN QUERY PLAN', async () => {
    assert.equal((await run(`select count(*) as n from ${contacts};`)).rows[0].n, 2);
    assert.equal(
      (await run(`WITH c AS (SELECT * FROM ${contacts}) SELECT count(*) AS n FROM c`)).rows[0].n,
      2,
    );
    assert.ok((await run(`EXPLAIN QUERY PLAN SELECT * FROM ${contacts}`)).row_count > 0);
  });

  ours('returns values in the form of records', async () => {
    const { rows } = await run(
      `SELECT 9223372036854775807 AS large, x'00ff' AS blob, 9e999 AS much, NULL AS none, 1.5 AS real`,
    );
    assert.deepEqual(rows, [
      { large: '9223372036854775807', blob: 'AP8=', much: 'Infinity', none: null, real: 1.5 },
    ]);
  });
});

describe('query_rejected', () => {
  const rejected = [
    `INSERT INTO ${contacts} (email) VALUES ('x')`,
    `UPDATE ${contacts} SET email = 'x'`,
    `DELETE FROM ${contacts}`,
    `WITH x AS (SELECT 1) DELETE FROM ${contacts}`,
    `DROP TABLE ${contacts}`,
    `CREATE TABLE other (a)`,
    `CREATE TEMP TABLE other (a)`,
    `ALTER TABLE ${contacts} ADD COLUMN x`,
    'SELECT 1; SELECT 2',
    `SELECT 1; DELETE FROM ${contacts}`,
    'BEGIN',
    'COMMIT',
    'SAVEPOINT x',
    'VACUUM',
    `VACUUM INTO '/tmp/copy.sqlite'`,
    'REINDEX',
    'ANALYZE',
    `ATTACH 'other.sqlite' AS other`,
    `DETACH main`,
    'PRAGMA user_version',
    'PRAGMA journal_mode = DELETE',
    `SELECT * FROM pragma_table_info('${contacts}')`,
    'SELECT * FROM pragma_database_list',
    `SELECT load_extension('x')`,
    'SELECT * FROM _rowhouse_tables',
    'SELECT * FROM _rowhouse_columns',
    'EXPLAIN SELECT 1',
    `VALUES (1)`,
    '-- nothing',
    ';',
  ];
  for (const sql of rejected) {
    documented(sql.replaceAll(contacts, 'contacts'), async () => {
      const { status, body } = await service.send('POST', QUERY, { sql });
      assert.equal(body.ok, false, JSON.stringify(body.data));
      assert.equal(status, 400);
    });
  }

  ours('is the code of each error', async () => {
    for (const sql of rejected) await refuse('query_rejected', 'POST', QUERY, { sql });
  });

  documented('changes nothing', async () => {
    assert.equal((await run(`SELECT count(*) AS n FROM ${contacts}`)).rows[0].n, 2);
    assert.equal((await accept(200, 'GET', `${path}/table/${contacts}`)).columns.length, 3);
  });
});

describe('query_failed', () => {
  ours('has SQLite’s message, and the offset of a syntax error', async () => {
    const unknown = await refuse('query_failed', 'POST', QUERY, { sql: 'SELECT * FROM nobody' });
    assert.match(unknown.message, /no such table: nobody/);
    const syntax = await refuse('query_failed', 'POST', QUERY, { sql: 'SELECT 1 FORM x y' });
    assert.match(syntax.message, /syntax error/);
    assert.match(syntax.message, /offset|16/);
  });
});

refusesEach(
  service,
  { method: 'POST', path: QUERY, body: { sql: 'SELECT 1' } },
  {
    'body.sql': [MISSING, '', 7, null, [], 'x'.repeat(100_001)],
    'body.limit': ['many', 1.5, null, []],
    'body.params': [7, 'a', true, [1]],
    'body.colour': ['red'],
  },
);
refusesEach(
  service,
  { method: 'POST', path: QUERY, body: { query: 'SELECT ? AS a, ? AS b', params: [1, 2] } },
  {
    'body.query': ['', 7, null],
    'body.params': [[1], [1, 2, 3], MISSING],
    'body.params[1]': [[], {}],
  },
);
