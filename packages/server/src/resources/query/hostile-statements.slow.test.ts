import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import type { ErrorCode } from '../../core/errors.ts';
import { databaseFile } from '../../testing/databases/database-file.ts';
import { borrowTestServer } from '../../testing/http/borrowed-server.ts';
import { importDatabase } from '../../testing/http/import-and-export.ts';
import { startTestServer, type TestServer } from '../../testing/http/test-server.ts';
import { eventually } from '../../testing/system/waiting.ts';

/** The time limit of the server for endless queries. The other server has a long limit for busy machines. */
const SHORT_LIMIT_MS = 400;
const ENDLESS = 'WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)';

let patient: TestServer;
let impatient: TestServer;

before(async () => {
  patient = await borrowTestServer();
  impatient = await startTestServer({ queryTimeoutMs: SHORT_LIMIT_MS });
  const file = databaseFile(`
    CREATE TABLE contacts(id INTEGER PRIMARY KEY, email TEXT);
    INSERT INTO contacts VALUES (1, 'ada@x'), (2, 'bob@x');
    CREATE VIEW listing AS SELECT name FROM sqlite_master;
    CREATE VIEW files AS SELECT * FROM pragma_database_list;
    CREATE TABLE _rowhouse_other(x); CREATE VIEW counted AS SELECT count(*) AS n FROM _rowhouse_other;
    CREATE VIRTUAL TABLE boxes USING rtree(id, x0, x1);
    CREATE VIRTUAL TABLE words USING fts4(x);`);
  for (const server of [patient, impatient]) {
    await server.createProject('crm');
    assert.equal((await importDatabase(server, 'crm', file)).status, 201);
    // This request creates the service's own tables, with ids.
    await server.call('GET', '/projects/crm/tables');
  }
});
after(async () => {
  await patient[Symbol.asyncDispose]();
  await impatient[Symbol.asyncDispose]();
});

/** The outcome of a query. Asserts that no message contains the path of a file. */
async function outcome(
  server: TestServer,
  sql: string,
): Promise<{ readonly code: string; readonly message: string }> {
  const { status, body } = await server.call('POST', '/projects/crm/query', { json: { sql } });
  assert.ok(status < 500 || status === 504, `${sql}: ${JSON.stringify(body.error)}`);
  assert.doesNotMatch(JSON.stringify(body), new RegExp(`${server.dataDir}|/projects/|database\\.sqlite`));
  return { code: body.error?.code ?? 'none', message: body.error?.message ?? '' };
}

/** Asserts that the next query is answered as usual, and that nothing has changed. */
async function assertUnharmed(server: TestServer): Promise<void> {
  const sql = 'SELECT id, email FROM contacts ORDER BY id';
  let { body } = await server.call('POST', '/projects/crm/query', { json: { sql } });
  // On a busy machine the short limit may stop this query, too.
  await eventually(async () => {
    if (body.error?.code !== 'query_timeout') return true;
    ({ body } = await server.call('POST', '/projects/crm/query', { json: { sql } }));
    return false;
  });
  const rows = [
    { id: 1, email: 'ada@x' },
    { id: 2, email: 'bob@x' },
  ];
  assert.deepEqual(body.data?.rows, rows, JSON.stringify(body.error));
}

function each(title: string, expected: readonly (ErrorCode | 'none')[], statements: readonly string[]): void {
  describe(title, () => {
    for (const sql of statements) {
      // A NUL in the name of a test would make the report unreadable.
      test(sql.length > 80 ? `${sql.slice(0, 80)}…` : sql.replaceAll('\0', '\u{2400}'), async () => {
        const server = expected.includes('query_timeout') ? impatient : patient;
        const { code, message } = await outcome(server, sql);
        assert.ok(expected.includes(code as ErrorCode), `${code}: ${message}`);
        await assertUnharmed(server);
      });
    }
  });
}

each(
  'what does not end, or takes too much memory, is stopped:',
  ['query_timeout', 'query_failed'],
  [
    `${ENDLESS} SELECT count(*) FROM c`,
    `${ENDLESS} SELECT x FROM c ORDER BY random()`,
    `${ENDLESS} SELECT x FROM c WHERE x < 0`,
    `${ENDLESS} SELECT DISTINCT x % 3 FROM c`,
    `${ENDLESS} SELECT count(DISTINCT zeroblob(1000) || x) FROM c`,
    `${ENDLESS} SELECT group_concat(hex(zeroblob(10000))) FROM c`,
    `${ENDLESS} SELECT json_group_array(x) FROM c`,
    `${ENDLESS} SELECT count(*) OVER (ORDER BY x) FROM c`,
    'WITH RECURSIVE c(x) AS (SELECT zeroblob(1000000) UNION ALL SELECT zeroblob(1000000) FROM c) SELECT count(*) FROM (SELECT * FROM c ORDER BY 1)',
    `SELECT count(*) FROM ${nested('contacts', 12)}`,
    `SELECT count(*) FROM ${Array.from({ length: 60 }, (_, index) => `contacts t${index}`).join(', ')}`,
    doublingStatement(40),
    `${ENDLESS} SELECT replace(hex(zeroblob(20000000)), '0', '00000000') FROM c`,
    `SELECT ${Array.from({ length: 40 }, () => 'randomblob(60000000)').join(', ')}`,
  ],
);

each(
  'what SQLite itself refuses fails at once:',
  ['query_failed'],
  [
    `SELECT count(*) FROM ${Array.from({ length: 100 }, (_, index) => `contacts t${index}`).join(', ')}`,
    'SELECT zeroblob(2e9)',
    'SELECT length(zeroblob(100000000) || 1)',
    'SELECT randomblob(1e9)',
    "SELECT printf('%.*c', 1e9, 'x')",
    `SELECT ${Array.from({ length: 3_000 }, () => '1').join(' + ')}`,
    `SELECT ${'('.repeat(20_000)}1${')'.repeat(20_000)}`,
    `SELECT ${Array.from({ length: 2_500 }, () => '1').join(', ')}`,
    Array.from({ length: 1_000 }, () => 'SELECT 1').join(' UNION ALL '),
    `SELECT 'a' LIKE '${'%a'.repeat(20_000)}'`,
    `SELECT max(${Array.from({ length: 5_000 }, () => '1').join(', ')})`,
    `SELECT json('${'['.repeat(40_000)}')`,
    `${ENDLESS} SELECT zeroblob(1000000) FROM c`,
    `WITH w AS (SELECT 1 AS "${'n'.repeat(90_000)}") SELECT ${Array.from({ length: 400 }, () => '*').join(',')} FROM w`,
    'SELECT ?99999999',
    'SELECT * FROM files',
    'WITH x AS (SELECT 9) INSERT INTO boxes_node SELECT 1, 2 FROM x',
    "SELECT edit('x')",
    "SELECT readfile('/etc/passwd')",
    "SELECT writefile('/tmp/x', 'y')",
    'SELECT * FROM generate_series(1, 2)',
  ],
);

each(
  'what is none, not one, or not a statement that reads is rejected:',
  ['query_rejected'],
  [
    ' ',
    ';',
    '-- only a comment',
    '/* only a comment',
    'SELECT 1; SELECT 2',
    "SELECT ';' /* ; */ ; -- ;\n DROP TABLE contacts",
    'SELECT 1;;; DELETE FROM contacts',
    "SELECT '\0'; DROP TABLE contacts",
    'SELECT 1\0; DROP TABLE contacts',
    'VALUES (1)',
    'EXPLAIN SELECT 1',
    'EXPLAIN DELETE FROM contacts',
    'EXPLAIN QUERY PLAN DELETE FROM contacts',
    'EXPLAIN QUERY PLAN WITH x AS (SELECT 1) DELETE FROM contacts',
    'INSERT INTO contacts(email) VALUES (1) RETURNING id',
    'UPDATE contacts SET email = NULL',
    'DELETE FROM contacts',
    'CREATE TABLE x(a)',
    'CREATE TEMP TABLE x AS SELECT 1',
    'DROP TABLE contacts',
    'ALTER TABLE contacts RENAME TO x',
    'REINDEX',
    'ANALYZE',
    'VACUUM',
    "VACUUM INTO '/tmp/copy.sqlite'",
    "ATTACH ':memory:' AS x",
    "/* SELECT */ ATTACH DATABASE 'other' AS x",
    'DETACH main',
    'BEGIN',
    'COMMIT',
    'SAVEPOINT s',
    'PRAGMA query_only = OFF',
    'PRAGMA writable_schema = ON',
    'PRAGMA database_list',
  ],
);

each(
  'what is out of reach is rejected:',
  ['query_rejected'],
  [
    'WITH x AS (SELECT 1) DELETE FROM contacts',
    'WITH x AS (SELECT 1) DELETE FROM contacts RETURNING id',
    "WITH x AS (SELECT 9) INSERT INTO contacts(email) SELECT 'x' FROM x",
    'WITH x AS (SELECT 9) REPLACE INTO contacts(id) SELECT * FROM x RETURNING *',
    'WITH x AS (SELECT 9) UPDATE contacts SET email = 1',
    'SELECT * FROM pragma_database_list',
    'SELECT count(*) FROM pragma_database_list',
    "SELECT * FROM pragma_table_info('contacts')",
    'SELECT * FROM contacts, pragma_table_list',
    'SELECT * FROM "PRAGMA_FUNCTION_LIST"',
    'SELECT * FROM listing',
    'SELECT * FROM main.sqlite_master',
    'SELECT count(*) FROM main.sqlite_schema',
    'SELECT * FROM sqlite_temp_master',
    'SELECT * FROM sqlite_sequence',
    'SELECT * FROM dbstat',
    'SELECT count(*) FROM dbstat',
    "SELECT * FROM fts3tokenize('simple', 'x')",
    'SELECT * FROM _rowhouse_tables',
    'SELECT count(*) FROM _rowhouse_tables',
    'SELECT count(*) FROM main."_RowHouse_Tables"',
    'SELECT * FROM [_rowhouse_columns] AS c',
    'SELECT (SELECT max(id) FROM _rowhouse_tables)',
    'SELECT * FROM contacts WHERE id IN _rowhouse_tables',
    'SELECT * FROM counted',
    "SELECT load_extension('x')",
    "SELECT load_extension('x', 'y') FROM contacts",
    "SELECT fts3_tokenizer('simple')",
    "SELECT fts3_tokenizer('simple', x'00')",
    'SELECT optimize(words) FROM words',
    "SELECT rtreecheck('main', 'boxes')",
    'SELECT geopoly_debug(1)',
  ],
);

each(
  'what is only odd is answered:',
  ['none'],
  [
    'SELECT 1;',
    'SELECT 1 ; ; -- done',
    'SELECT \';\', "email" /* ; */ FROM contacts -- ; DROP TABLE contacts',
    "SELECT 'it''s; fine' AS [a;b], `id` FROM contacts;",
    'SELECT 1 /* ; DROP TABLE contacts',
    `SELECT ${'('.repeat(90)}1${')'.repeat(90)}`,
    'SELECT 1; /* open',
    `SELECT '${'a'.repeat(40_000)}' LIKE '${'%a'.repeat(4_000)}b'`,
    'WITH _rowhouse_x AS (SELECT 1 AS a) SELECT a FROM _rowhouse_x',
    'WITH x AS (SELECT 1) SELECT count(*) FROM x',
    `SELECT ${Array.from({ length: 2_000 }, () => '1').join(', ')}`,
    "SELECT 'ATTACH', 'PRAGMA', 'DELETE FROM contacts'",
  ],
);

test('no function that SQLite denies to views and triggers can be called', async () => {
  const { DatabaseSync } = await import('node:sqlite');
  using database = new DatabaseSync(':memory:');
  const names = database
    .prepare('SELECT DISTINCT name FROM pragma_function_list WHERE flags & 0x80000')
    .all()
    .map((row) => String(row['name']));
  assert.ok(names.length > 2);
  for (const name of names) {
    const { code, message } = await outcome(patient, `SELECT ${name}(1)`);
    assert.ok(code === 'query_rejected' || /wrong number of arguments/.test(message), `${name}: ${message}`);
  }
});

test('ten concurrent endless queries of one project are all stopped, and the next query is answered', async () => {
  const codes = await Promise.all(
    Array.from(
      { length: 10 },
      async () => (await outcome(impatient, `${ENDLESS} SELECT count(*) FROM c`)).code,
    ),
  );
  assert.deepEqual(
    codes,
    Array.from({ length: 10 }, () => 'query_timeout'),
  );
  await assertUnharmed(impatient);
});

/** `(SELECT … FROM (SELECT … ), (SELECT …))`, nested to this depth. */
function nested(table: string, depth: number): string {
  return depth === 0 ? table : `(SELECT a.* FROM ${nested(table, depth - 1)} a, ${table} b, ${table} c)`;
}

/** Each part uses the one before twice. */
function doublingStatement(parts: number): string {
  const doubled = Array.from(
    { length: parts },
    (_, index) => `a${index + 1} AS (SELECT p.x FROM a${index} p, a${index} q)`,
  );
  return `WITH a0 AS (SELECT 1 AS x), ${doubled.join(', ')} SELECT x FROM a${parts}`;
}
