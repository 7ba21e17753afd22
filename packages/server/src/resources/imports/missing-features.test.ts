import assert from 'node:assert/strict';
import { test } from 'node:test';

import { foreignFileBytes } from '../../testing/foreign-files/foreign-file.ts';
import { borrowTestServer } from '../../testing/http/borrowed-server.ts';
import { importDatabase } from '../../testing/http/import-and-export.ts';

function foreignFile(statements: string, replaced: Readonly<Record<string, string>>): Buffer<ArrayBuffer> {
  return foreignFileBytes({ statements, replaced });
}

const TABLE = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO t VALUES (1, 'x');";

/** The warning that the import must give, and the formats whose exports have a note; null for any. */
const cases = [
  {
    name: 'a collation of a column',
    file: foreignFile(
      "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT COLLATE NOCASE, b INT COLLATE NOCASE); INSERT INTO t VALUES (1, 'x', 5);",
      { NOCASE: 'LOCALIZED' },
    ),
    warning:
      /cannot be sorted and filtered by every column here: table t \(no such collation sequence: LOCALIZED\)/,
    row: { id: 1, a: 'x', b: 5 },
    noted: ['zip', 'sql', 'sqlite'],
  },
  {
    name: 'a function of a view',
    file: foreignFile(`${TABLE} CREATE VIEW v AS SELECT upper(a) AS u FROM t`, { upper: 'st_upper' }),
    warning: /cannot be read here: view v \(no such function: st_upper\)/,
    row: { id: 1, a: 'x' },
    noted: [],
  },
  {
    name: 'a function of a trigger',
    file: foreignFile(`${TABLE} CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT upper(NEW.a); END`, {
      upper: 'st_upper',
    }),
    warning: /cannot be written here: table t \(no such function: st_upper\)/,
    row: { id: 1, a: 'x' },
    noted: [],
  },
  {
    name: 'a function of a generated column',
    file: foreignFile(
      "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, u AS (upper(a)), s TEXT AS (upper(a)) STORED); INSERT INTO t (id, a) VALUES (1, 'x');",
      { upper: 'st_upper' },
    ),
    warning:
      /have columns that cannot be computed here, and cannot be written: table t \(unknown function: st_upper\(\)\)/,
    row: { id: 1, a: 'x', s: 'X' },
    noted: ['zip', 'json', 'sql', 'sqlite'],
  },
  {
    name: 'a collation of an index',
    file: foreignFile(
      "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT COLLATE NOCASE); CREATE INDEX i ON t (a); INSERT INTO t VALUES (1, 'x');",
      { NOCASE: 'LOCALIZED' },
    ),
    warning: /cannot be checked here: t \(no such collation sequence: LOCALIZED\)/,
    row: { id: 1, a: 'x' },
    noted: ['zip', 'sql', 'sqlite'],
  },
  {
    name: 'a function of an index',
    file: foreignFile(`${TABLE} CREATE INDEX i ON t (upper(a))`, { upper: 'st_upper' }),
    warning: /cannot be checked here: t \(unknown function: st_upper\(\)\)/,
    row: { id: 1, a: 'x' },
    noted: ['zip', 'sql', 'sqlite'],
  },
  {
    name: 'a tokenizer',
    file: foreignFile(
      `${TABLE} CREATE VIRTUAL TABLE f USING fts5 (a, tokenize = 'porter'); INSERT INTO f VALUES ('words')`,
      {
        porter: 'mozporter',
      },
    ),
    warning: /cannot be checked here: f \(/,
    row: { id: 1, a: 'x' },
    noted: null,
  },
  {
    name: 'a full-text table that matches its content',
    file: foreignFile(
      `${TABLE} CREATE VIRTUAL TABLE f USING fts5 (a, content = 't', content_rowid = 'id'); INSERT INTO f (rowid, a) VALUES (1, 'other words')`,
      {},
    ),
    warning: null,
    row: { id: 1, a: 'x' },
    noted: [],
  },
  {
    name: 'nothing, although a full-text table is out of step with its rows,',
    file: foreignFile(
      `${TABLE} CREATE VIRTUAL TABLE f USING fts5 (a); INSERT INTO f VALUES ('some words'); DELETE FROM f_content`,
      {},
    ),
    warning: /fail their own check, or cannot be checked here: f \(/,
    row: { id: 1, a: 'x' },
    noted: null,
  },
  {
    name: 'a module',
    file: foreignFile(`${TABLE} CREATE VIRTUAL TABLE f USING fts5 (a)`, { 'USING fts5': 'USING vec0' }),
    warning: /cannot be read here: virtual table f \(no such module: vec0\)/,
    row: { id: 1, a: 'x' },
    noted: ['zip', 'json', 'sql'],
  },
];

for (const { name, file, warning, row, noted } of cases) {
  test(`a file that needs ${name} is imported with a warning, read and exported`, async () => {
    await using server = await borrowTestServer();
    await server.createProject('foreign');
    const imported = await importDatabase(server, 'foreign', file);
    assert.equal(imported.status, 201, JSON.stringify(imported.body.error));
    const messages = imported.body.data.import.warnings.map(({ message }: { message: string }) => message);
    if (warning !== null) assert.match(messages.join('\n'), warning);
    const { body } = await server.call('GET', '/projects/foreign/records/t');
    assert.deepEqual(body.data.rows, [row]);
    const withNotes: string[] = [];
    for (const format of ['zip', 'zip-csv', 'json', 'sql', 'sqlite']) {
      const made = await server.call('POST', '/projects/foreign/export/database', { json: { format } });
      assert.equal(made.status, 201, `${format}: ${JSON.stringify(made.body.error)}`);
      if (made.body.data.export.notes.length > 0) withNotes.push(format);
    }
    const other = withNotes.filter((format) => format !== 'zip-csv');
    if (noted !== null) assert.deepEqual(other, noted);
    for (const format of ['csv', 'json', 'ndjson']) {
      const made = await server.call('POST', '/projects/foreign/export/table/t', { json: { format } });
      assert.equal(made.status, 201, `${format}: ${JSON.stringify(made.body.error)}`);
    }
    // An order that needs what is missing is an error of the request, and never of the service.
    const sorted = await server.call('POST', '/projects/foreign/export/table/t', { json: { sort: 'a' } });
    assert.ok([201, 409].includes(sorted.status), JSON.stringify(sorted.body.error));
  });
}

test('a table WITHOUT ROWID with an unknown collation is read as it is stored, in rows, queries and dumps', async () => {
  await using server = await borrowTestServer();
  await server.createProject('copied');
  const file = foreignFile(
    `CREATE TABLE w (k TEXT COLLATE RTRIM PRIMARY KEY, v ANY, c TEXT COLLATE NOCASE) STRICT, WITHOUT ROWID; CREATE TABLE t (id INTEGER PRIMARY KEY);
     INSERT INTO w VALUES ('a', '0123', 'X'), ('b', 5, 'x'), ('c', 1.0, 'y'); INSERT INTO t VALUES (1);
     CREATE TABLE g (a TEXT COLLATE RTRIM PRIMARY KEY, u AS (upper(a)), h AS (a || 'h')) WITHOUT ROWID; INSERT INTO g (a) VALUES ('x')`,
    { RTRIM: 'LOCALIZED', 'upper(': 'st_upper(' },
  );
  assert.equal((await importDatabase(server, 'copied', file)).status, 201);
  const query = async (sql: string) => {
    const { body } = await server.call('POST', '/projects/copied/query', { json: { sql } });
    return body.data?.rows ?? body.error?.message;
  };
  assert.deepEqual(await query('SELECT v, typeof(v) AS type FROM w ORDER BY k'), [
    { v: '0123', type: 'text' },
    { v: 5, type: 'integer' },
    { v: 1, type: 'real' },
  ]);
  // A collation that SQLite has still applies.
  assert.deepEqual(await query("SELECT count(*) AS n FROM w WHERE c = 'X'"), [{ n: 2 }]);
  assert.deepEqual(await query('SELECT a, h FROM g'), [{ a: 'x', h: 'xh' }]);
  // The name of such a table may mean something else.
  assert.deepEqual(await query("SELECT id AS w, 'g' AS g FROM t"), [{ w: 1, g: 'g' }]);
  const { body } = await server.call('GET', '/projects/copied/records/w?sort=-k&limit=1&include_count=true');
  assert.deepEqual([body.data.rows, body.data.total_count], [[{ k: 'c', v: 1, c: 'y' }], 3]);
  const made = await server.call('POST', '/projects/copied/export/database', { json: { format: 'sql' } });
  const dump = await (await server.fetch('GET', made.body.data.export.download_url)).text();
  assert.match(dump, /\('a','0123','X'\),\n\('b',5,'x'\),\n\('c',1\.0,'y'\)/);
});

test('damage of the file is found beside a full-text table that fails its own check, whatever its name', async () => {
  await using server = await borrowTestServer();
  await server.createProject('damaged');
  const file = foreignFile(
    `${TABLE} CREATE VIRTUAL TABLE e USING fts5 (a); INSERT INTO e VALUES ('some words'); DELETE FROM e_content;
     CREATE TABLE gone (b); INSERT INTO gone VALUES (zeroblob(20000)); DROP TABLE gone`,
    {},
  );
  // https://www.sqlite.org/fileformat.html#the_database_header
  const FREE_PAGES = 36;
  file.writeUInt32BE(file.readUInt32BE(FREE_PAGES) + 1, FREE_PAGES);
  const { status, body } = await importDatabase(server, 'damaged', file);
  assert.equal(status, 400);
  assert.match(
    String(body.error?.message),
    /^The database is damaged: .*Freelist: size is 5 but should be 6/s,
  );
});

test('a table WITHOUT ROWID that is too large to be copied is refused, and queries that only mention its name run', async () => {
  await using server = await borrowTestServer();
  await server.createProject('large');
  const file = foreignFile(
    `CREATE TABLE w (k INTEGER PRIMARY KEY, c TEXT COLLATE RTRIM) WITHOUT ROWID; CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1);
     WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100001) INSERT INTO w SELECT i, 'c' FROM n`,
    { RTRIM: 'LOCALIZED' },
  );
  assert.equal((await importDatabase(server, 'large', file)).status, 201);
  const listed = await server.call('GET', '/projects/large/records/w?limit=1');
  assert.match(String(listed.body.error?.message), /w cannot be read here: .* more than 100000 rows/);
  const used = await server.call('POST', '/projects/large/query', { json: { sql: 'SELECT k FROM w' } });
  assert.equal(used.body.error?.code, 'query_failed');
  const json = { sql: 'SELECT id AS w FROM t' };
  const mentioned = await server.call('POST', '/projects/large/query', { json });
  assert.deepEqual(mentioned.body.data.rows, [{ w: 1 }]);
});
