import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { databaseWith } from '../../../../testing/databases/schema-copies.ts';
import { withRandomDatabases } from '../../../../testing/random-schema/random-databases.ts';
import { queryRows } from '../../introspection/query-rows.ts';
import { type ExpressionCost, expressionCost } from './expression-cost.ts';

function costOf(sql: string): ExpressionCost {
  using database = databaseWith(sql);
  return expressionCost(database, 't');
}

const times = (count: number, text: (index: number) => string, by = ', ') =>
  Array.from({ length: count }, (_, index) => text(index)).join(by);

describe('light for values of any length', () => {
  const plain: Readonly<Record<string, string>> = {
    'a key and columns':
      'CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT NOT NULL, b REAL) STRICT',
    'a key of two columns':
      'CREATE TABLE t (a TEXT, b BLOB, c ANY, PRIMARY KEY (a, b)) STRICT, WITHOUT ROWID',
    'no key': 'CREATE TABLE t (a, b)',
    'what is unique': 'CREATE TABLE t (a TEXT COLLATE NOCASE UNIQUE, b, c, UNIQUE (b, c))',
    'a length': 'CREATE TABLE t (name TEXT CHECK (length(name) > 0))',
    'a range': 'CREATE TABLE t (price REAL CHECK (price >= 0 AND price BETWEEN 0 AND 10))',
    'a list of two': "CREATE TABLE t (status TEXT CHECK (status IN ('a', 'b')))",
    'what is not in a list': 'CREATE TABLE t (n CHECK (n NOT IN (1, 2, 3, 4)))',
    'a CHECK over columns': 'CREATE TABLE t (a, b, CHECK (a < b AND (a IS NOT NULL OR b IS NULL)))',
    'JSON that is valid':
      "CREATE TABLE t (a TEXT CHECK (a IS NULL OR json_valid(a)), b CHECK (typeof(b) = 'text'))",
    'a few words of a condition': "CREATE TABLE t (a CHECK (CASE WHEN a THEN 1 ELSE a = 'b' END))",
    'sums in columns': `CREATE TABLE t (price REAL, number INTEGER, total AS (price * number) STORED,
      taxed AS (price * number * 1.2))`,
    'foreign keys': `CREATE TABLE p (id INTEGER PRIMARY KEY, k TEXT UNIQUE);
      CREATE TABLE t (a REFERENCES p, b REFERENCES p (k) ON DELETE CASCADE, c REFERENCES missing)`,
    'as many columns as there may be': `CREATE TABLE t (${times(1_999, (n) => `c${n}`)})`,
    'twenty indexes': `CREATE TABLE t (a, b); ${times(20, (n) => `CREATE INDEX i${n} ON t (a, b)`, '; ')}`,
    'defaults of dates':
      "CREATE TABLE t (a DEFAULT CURRENT_TIMESTAMP, b DEFAULT (datetime('now')), c DEFAULT (unixepoch()))",
    'a virtual column that is in a list':
      "CREATE TABLE t (land TEXT, eu AS (land IN ('at', 'be', 'bg', 'hr', 'cy')))",
    'odd names': 'CREATE TABLE "t" ("a "" b" CHECK ("a "" b" > 0), [c d] DEFAULT (1 + 1), `e`)',
  };
  for (const [what, sql] of Object.entries(plain)) test(what, () => assert.equal(costOf(sql), 'light'));

  test('tables without expressions, from random schemas', async () => {
    await withRandomDatabases(100, (databases) => {
      for (const database of databases) {
        const plainTables = `SELECT name FROM main.sqlite_schema m WHERE type = 'table' AND rootpage > 0
          AND name NOT GLOB 'sqlite_*' AND NOT EXISTS (SELECT 1 FROM main.sqlite_schema o WHERE o.tbl_name = m.name
            AND (o.sql LIKE '%check%' OR o.sql LIKE '%as (%' OR o.sql LIKE '%as(%' OR o.sql LIKE '%replace%'
              OR o.sql LIKE '%where%' OR o.sql LIKE '%default%' OR o.sql LIKE '%collate%' OR o.type = 'index'))`;
        for (const [name] of queryRows<[string]>(database, plainTables)) {
          assert.equal(expressionCost(database, name), 'light', name);
        }
      }
    });
  });
});

describe('short for short values', () => {
  const short: Readonly<Record<string, string>> = {
    'a list of countries': `CREATE TABLE t (land TEXT CHECK (land IN (${times(249, (n) => `'c${n}'`)})))`,
    defaults: `CREATE TABLE t (a DEFAULT 1, b DEFAULT 'x', c DEFAULT CURRENT_TIMESTAMP, d DEFAULT (datetime('now')),
      e DEFAULT (unixepoch()), f DEFAULT (-1.5), g DEFAULT x'00', h DEFAULT (strftime('%s', 'now')))`,
    indexes: `CREATE TABLE t (a TEXT, b); CREATE INDEX i ON t (a, b DESC); CREATE INDEX j ON t (lower(a));
      CREATE UNIQUE INDEX k ON t (b) WHERE a IS NOT NULL`,
    'thirty columns with a CHECK each': `CREATE TABLE t (${times(30, (n) => `c${n} TEXT CHECK (length(c${n}) <= 200)`)})`,
    'many copies of a text at once': `CREATE TABLE t (a CHECK (max(${times(60, () => 'lower(a)')}) <> ''))`,
    'a text that a format makes longer, again and again':
      "CREATE TABLE t (a, b AS (strftime(strftime(a, '2020-01-01'), '2020-01-01')) STORED)",
    'forty comparisons': `CREATE TABLE t (a CHECK (${times(40, (n) => `a <> 'v${n}'`, ' AND ')}))`,
    'fifty indexes': `CREATE TABLE t (a); ${times(50, (n) => `CREATE INDEX i${n} ON t (a)`, '; ')}`,
  };
  for (const [what, sql] of Object.entries(short)) test(what, () => assert.equal(costOf(sql), 'short'));
});

/** Each of them is tested in every place where a table may have an expression. */
const COSTLY: Readonly<Record<string, string>> = {
  'a text that grows': `length(${times(480, () => 'a', '||')}) > -1`,
  'two texts in one': "a || 'x' <> 'y'",
  'a LIKE': "a LIKE '%x%y%z%'",
  'a GLOB': "a GLOB '*x*'",
  'a part of JSON': "a ->> '$.x' IS NULL",
  'JSON of JSON': "(a -> '$.x') IS NULL",
  'a part of JSON by a function': "json_extract(a, '$.x') IS NULL",
  'a cast': 'CAST(a AS TEXT) IS NOT NULL',
  'a replacement': "length(format('%s', a)) > -1",
  'a search': "instr(a, 'x') >= 0",
  'a text in digits': 'hex(a) IS NOT NULL',
  'a text in quotes': 'quote(a) IS NOT NULL',
  'many zeros': 'length(zeroblob(1000000000)) > 0',
  'a text of width': "length(printf('%.*c', 100000000, 'x')) > 0",
  'texts in one': 'concat(a, a) IS NOT NULL',
  'characters trimmed, each looked for at each place': 'trim(a, a) IS NOT NULL',
  'characters trimmed on the left': "ltrim(a, 'xyz') IS NOT NULL",
  'more functions than a few': times(200, () => 'lower(a) IS NOT NULL', ' AND '),
  'functions in functions': `${times(150, () => 'upper(', '')}a${')'.repeat(150)} IS NOT NULL`,
  'a tower of sums': `${times(150, () => 'a', '+')} IS NOT NULL`,
  'a tower of signs': `${'- '.repeat(150)}a IS NOT NULL`,
  'a tower of conditions': `${times(150, () => 'CASE WHEN a THEN 1 ELSE ', '')}a${' END'.repeat(150)} IS NOT NULL`,
  'a long list': `a NOT IN (${times(2_000, (n) => `'v${n}'`)})`,
  'many comparisons': times(150, (n) => `a <> 'v${n}'`, ' AND '),
  'more than is read so deep': `${times(190, () => '(', '')}a${times(190, () => ' IS NULL) IS NULL', '')}`,
};

const PLACES: Readonly<Record<string, (expression: string) => string>> = {
  'a CHECK of a column': (e) => `CREATE TABLE t (a TEXT CHECK (${e}))`,
  'a CHECK of the table': (e) => `CREATE TABLE t (a TEXT, CONSTRAINT c CHECK (${e}))`,
  'a stored column': (e) => `CREATE TABLE t (a TEXT, b AS (${e}) STORED)`,
  'a virtual column': (e) => `CREATE TABLE t (a TEXT, b AS (${e}))`,
  'a virtual column of a virtual column': (e) => `CREATE TABLE t (a TEXT, b AS (${e}), c AS (b))`,
  'an index': (e) => `CREATE TABLE t (a TEXT); CREATE INDEX i ON t (${e})`,
  'the condition of an index': (e) => `CREATE TABLE t (a TEXT); CREATE INDEX i ON t (a) WHERE ${e}`,
};

for (const [what, expression] of Object.entries(COSTLY)) {
  describe(`costly: ${what}`, () => {
    for (const [place, sqlOf] of Object.entries(PLACES)) {
      test(`in ${place}`, () => assert.equal(costOf(sqlOf(expression)), 'costly'));
    }
    test('in a default', () => {
      // A default cannot use columns, and SQLite evaluates constants while it compiles.
      const constant = expression.replaceAll(/\ba\b/g, "lower('a')");
      assert.equal(costOf(`CREATE TABLE t (a TEXT DEFAULT (${constant}))`), 'costly');
    });
  });
}

describe('costly', () => {
  const costly: Readonly<Record<string, string>> = {
    'columns each of which takes the one before it twice': `CREATE TABLE t (a, g0 AS (a),
      ${times(12, (n) => `g${n + 1} AS (g${n} = g${n})`)})`,
    'a default without parentheses around what grows': "CREATE TABLE t (a DEFAULT ('x' || 'y'))",
    'rows that make room for others': 'CREATE TABLE t (a UNIQUE ON CONFLICT REPLACE)',
    'hundreds of indexes': `CREATE TABLE t (a); ${times(600, (n) => `CREATE INDEX i${n} ON t (a)`, '; ')}`,
    'a virtual column of formats of formats':
      "CREATE TABLE t (a, b AS (strftime(strftime(a, '2020-01-01'), '2020-01-01')))",
    'a virtual column of many functions': `CREATE TABLE t (a, b AS (${times(20, () => 'length(a)', '+')}))`,
  };
  for (const [what, sql] of Object.entries(costly)) test(what, () => assert.equal(costOf(sql), 'costly'));

  test('a crafted definition with several statements has the cost of its first', () => {
    using database = databaseWith('CREATE TABLE t (a CHECK (a > 0))');
    database.enableDefensive(false);
    database.exec(`PRAGMA writable_schema = ON;
      UPDATE sqlite_schema SET sql = sql || '; WITH RECURSIVE r AS (SELECT 1 UNION ALL SELECT 1 FROM r) SELECT * FROM r'`);
    assert.equal(expressionCost(database, 't'), 'light', 'SQLite reads the first alone');
  });
});
