import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { postgresFormat } from '../../../../schema/formats/postgres.ts';
import { EDGE_CASE_NAMES, edgeCaseDatabase } from '../../../../testing/databases/edge-case-schema.ts';
import { musicShops } from '../../../../testing/databases/music-shop.ts';
import { databaseWith } from '../../../../testing/databases/schema-copies.ts';
import {
  type LoadedExports,
  startLoadingExports,
} from '../../../../testing/schema-exports/loaded-exports.ts';
import { table, constraintsOf, assertSays } from '../../../../testing/schema-exports/postgres-export.ts';
import { openDatabase } from '../../connection/open-database.ts';
import { readSchema } from '../../introspection/read-schema.ts';
import { renderSchemaExport } from './render-schema.ts';

let exports: LoadedExports;
before(async () => {
  exports = await startLoadingExports();
});
after(() => exports[Symbol.asyncDispose]());

for (const shop of musicShops) {
  test(`given ${shop.name}, PostgreSQL has its tables, keys and references after loading the export`, () => {
    using database = openDatabase(shop.path, { mode: 'read-only' });
    assert.deepEqual(renderSchemaExport(database, postgresFormat).warnings, []);
    const tables = exports.load(database);
    assertSays(tables, readSchema(database));
    assert.equal(tables.length, 11);
    assert.equal(tables.flatMap(constraintsOf('f')).length, 11);
    const playlistTrack = table(tables, 'PlaylistTrack');
    assert.deepEqual(constraintsOf('p')(playlistTrack)[0]?.columns, ['PlaylistId', 'TrackId']);
    assert.deepEqual(
      table(tables, 'Track').columns.map(({ name, type, notNull }) => [name, type, notNull]),
      [
        ['TrackId', 'bigint', true],
        ['Name', 'text', true],
        ['AlbumId', 'bigint', false],
        ['MediaTypeId', 'bigint', true],
        ['GenreId', 'bigint', false],
        ['Composer', 'text', false],
        ['Milliseconds', 'bigint', true],
        ['Bytes', 'bigint', false],
        ['UnitPrice', 'numeric(10,2)', true],
      ],
    );
  });
}

test('given edge-case names and every kind of object, PostgreSQL has all tables and columns under unique names', () => {
  using worst = edgeCaseDatabase();
  const tables = exports.load(worst);
  const schema = readSchema(worst);
  const ordinary = schema.tables.filter(({ kind }) => kind === 'table');
  assert.equal(tables.length, ordinary.length);
  assert.equal(table(tables, 'every_name').columns.length, EDGE_CASE_NAMES.length);
  const names = new Set(tables.map(({ name }) => name));
  const kept = EDGE_CASE_NAMES.filter(
    (name) => Buffer.byteLength(name) <= 63 && !['', 'pg_class'].includes(name),
  );
  assert.deepEqual(
    kept.filter((name) => !names.has(name)),
    [],
  );
  assert.ok(names.has('_pg_class') && names.has('unnamed'));
  for (const { columns } of tables.filter(({ name }) => kept.includes(name))) {
    assert.equal(columns.length, 4);
  }
  const types = Object.fromEntries(table(tables, 'odd_types').columns.map(({ name, type }) => [name, type]));
  assert.deepEqual(
    [
      types['d'],
      types['e'],
      types['g'],
      types['h'],
      types['j'],
      types['k'],
      types['m'],
      types['p'],
      types['y'],
    ],
    [
      'numeric(10,2)',
      'numeric',
      'bigint',
      'text',
      'smallint',
      'bytea',
      'double precision',
      'text',
      'numeric',
    ],
  );
  const generated = table(tables, 'generated').columns.filter((column) => column.generated);
  assert.deepEqual(
    generated.map(({ name }) => name),
    ['b', 'f'],
  );
  assert.equal(constraintsOf('c')(table(tables, 'generated')).length, 2);
  const child = table(tables, 'composite_child');
  assert.deepEqual(
    constraintsOf('f')(child).map(({ columns, referencedColumns, onDelete, onUpdate, deferred }) => [
      columns,
      referencedColumns,
      onDelete,
      onUpdate,
      deferred,
    ]),
    [
      [['x', 'y'], ['a', 'b'], 'c', 'n', true],
      [['x', 'y'], ['a', 'b'], 'a', 'a', false],
    ],
  );
  assert.deepEqual(table(tables, 'only_index').indexes, [
    { name: 'only_index_a', unique: true, partial: false, terms: ['a'] },
    { name: 'partial', unique: true, partial: true, terms: ['b'] },
    { name: 'portable_expression', unique: false, partial: false, terms: ['(a + 1)', 'b'] },
  ]);
});

test('given the edge-case schema, a comment and a warning name each omitted object', () => {
  using worst = edgeCaseDatabase();
  const { text, warnings } = renderSchemaExport(worst, postgresFormat);
  for (const [kind, name] of [
    ['view', 'simple_view'],
    ['trigger', 'plain_insert'],
    ['virtual table', 'search'],
    ['index', 'partial_odd'],
    ['index', 'expressions'],
    ['foreign key of table', 'composite_child'],
    ['default of column', 'defaults.k'],
    ['expression of generated column', 'generated.d'],
    ['collation of column', 'nocase_key.code'],
    ['option of table', 'any_key'],
  ]) {
    assert.ok(text.includes(`-- omitted: ${kind} "${name}": `), `${kind} ${name}`);
    assert.ok(
      warnings.some((warning) => warning.startsWith(`omitted: ${kind} `)),
      kind,
    );
  }
});

test('given defaults, a row of defaults is the same in both databases', () => {
  using worst = edgeCaseDatabase();
  exports.load(worst);
  const moments = new Set(['h', 'i', 'j', 'u']);
  const left = new Set(['e', 'k', 'l', 'n', 'p', 's', 'v', 'y', 'ae', 'af']);
  worst.exec('INSERT INTO defaults(t) VALUES (1)');
  const row = worst.prepare('SELECT * FROM defaults');
  row.setReadBigInts(true);
  const stored = row.get() ?? {};
  const answer = exports.run(
    `INSERT INTO defaults(t) VALUES (1); SELECT to_json(loaded) FROM defaults loaded;`,
  );
  const loaded = JSON.parse(answer, asWritten) as Record<string, unknown>;
  for (const [name, value] of Object.entries(stored)) {
    if (left.has(name)) assert.equal(loaded[name], null, name);
    else if (moments.has(name)) assert.match(String(loaded[name]), new RegExp(shapeOf(String(value))), name);
    else if (value instanceof Uint8Array)
      assert.equal(loaded[name], `\\x${Buffer.from(value).toString('hex')}`);
    else assert.equal(numberless(loaded[name]), numberless(value), name);
  }
});

/** Keeps numbers as text, because some are too large for JavaScript. */
function asWritten(_: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === 'number' ? context?.source : value;
}

/** For example `^\d\d\d\d-\d\d-\d\d$` for `2026-01-31`. */
function shapeOf(moment: string): string {
  return `^${moment.replaceAll(/\d/g, String.raw`\d`)}$`;
}

/** 1.50 is 1.5. */
function numberless(value: unknown): string {
  const text = String(value);
  return /^-?\d+\.\d*$/.test(text) ? String(Number(text)) : text;
}

test('given translated conditions and values, both databases compute the same for the same rows', () => {
  const values = {
    i: ['0', '1', '-5', '9007199254740993', 'NULL'],
    r: ['0.5', '-2', 'NULL'],
    n: ['0.1', '7', 'NULL'],
  };
  const texts = ["''", "' a '", "'A'", "'it''s'", "'naïve😀'", 'NULL'];
  const columns = 'i INTEGER, j INTEGER, r REAL, n DECIMAL, t TEXT, u TEXT, b BOOLEAN';
  const rows = values.i.flatMap((i) =>
    texts.map((t, position) => {
      const [r, n] = [values.r[position % 3], values.n[position % 3]];
      return `(${i}, ${position}, ${r}, ${n}, ${t}, ${texts[(position + 1) % texts.length]}, ${position % 2})`;
    }),
  );
  const [conditions, computed] = [TRANSLATED_CONDITIONS, TRANSLATED_VALUES];
  using database = databaseWith(
    `CREATE TABLE source(${columns}); INSERT INTO source VALUES ${rows.join(', ')};
     ${conditions.map((sql, number) => `CREATE TABLE c${number}(${columns}, CHECK (${sql}));`).join('\n')}
     CREATE TABLE v(${columns}, ${computed.map(([type, sql], number) => `g${number} ${type} AS (${sql})`).join(', ')});
     INSERT INTO v SELECT * FROM source;`,
  );
  const tables = exports.load(database);
  assert.equal(table(tables, 'v').columns.filter(({ generated }) => generated).length, computed.length);
  exports.run(`INSERT INTO source VALUES ${rows.join(', ')}; INSERT INTO v SELECT * FROM source;`);
  for (const [number, sql] of conditions.entries()) {
    assert.equal(constraintsOf('c')(table(tables, `c${number}`)).length, 1, sql);
    const kept = database
      .prepare(`SELECT json_group_array(j + i * 10) AS kept FROM source WHERE (${sql}) IS NOT FALSE`)
      .get();
    const check = `SELECT substr(pg_get_constraintdef(oid), 6) FROM pg_constraint WHERE conrelid = 'c${number}'::regclass AND contype = 'c'`;
    const translated = exports.run(`${check};`).trim();
    const there = exports.run(
      `SELECT coalesce(json_agg(j + i * 10), '[]') FROM source WHERE (${translated}) IS NOT FALSE;`,
    );
    assert.deepEqual(JSON.parse(there), JSON.parse(String(kept?.['kept'])), sql);
  }
  const names = computed.map((_, number) => `g${number}`).join(', ');
  const here = database
    .prepare(`SELECT ${names} FROM v`)
    .all()
    .map((row) => Object.values(row));
  const there = JSON.parse(exports.run(`SELECT json_agg(json_build_array(${names})) FROM v;`));
  assert.deepEqual(there, here);
});

const TRANSLATED_CONDITIONS = [
  'i > 0',
  'i >= -5 AND i <= 1',
  'NOT i = 1',
  'i IS NULL OR i <> 0x1',
  'i IN (0, 1, -5)',
  'i NOT IN (0, 1)',
  'i BETWEEN -5 AND 0 AND j > 1',
  'i NOT BETWEEN 0 AND 1',
  '(i > 0 OR j > 2) AND NOT (i = 1 OR j == 3)',
  '((i)) + j > 2 * j - 1',
  'i < j',
  'r > 0.25',
  'r * 2 >= 1',
  'n != 0.1',
  "t = 'A'",
  't <> u',
  "t IN ('A', 'it''s', '')",
  'length(t) = 6',
  "trim(t) <> ''",
  'coalesce(t, u) IS NOT NULL',
  "t || u = 'A' || u",
  'b IN (0, 1)',
  'b = 1',
  't NOTNULL',
  '"t" ISNULL',
  'i NOT NULL',
  '[i] > 0 /* note */ -- end\n',
];

const TRANSLATED_VALUES: readonly (readonly [string, string])[] = [
  ['INTEGER', 'j + 1'],
  ['INTEGER', '(j + 1) * -2'],
  ['INTEGER', 'length(t)'],
  ['REAL', 'r * 0.5 - 1'],
  ['TEXT', "t || ' ' || u"],
  ['TEXT', "coalesce(t, 'none')"],
  ['INTEGER', 'coalesce(j, 0)'],
  ['TEXT', 'trim(t)'],
];

test('given expressions that may have another meaning in PostgreSQL, none is translated', () => {
  const columns =
    'i INTEGER, r REAL, n DECIMAL, t TEXT, c TEXT COLLATE NOCASE, d DATE, x, k BLOB, b BOOLEAN, "null" INTEGER';
  for (const sql of NOT_TRANSLATED) {
    using database = databaseWith(`CREATE TABLE t(${columns}, CHECK (${sql}))`);
    const { text } = renderSchemaExport(database, postgresFormat);
    assert.ok(text.includes('-- omitted: check of table'), sql);
    assert.doesNotMatch(text, /CONSTRAINT/, sql);
  }
});

const NOT_TRANSLATED = [
  'i',
  'NOT i',
  'i / 2 > 1',
  'i % 2 = 0',
  "i > '5'",
  't > 1',
  "t > 'a'",
  "t BETWEEN 'a' AND 'b'",
  "t LIKE 'a%'",
  "t GLOB 'a*'",
  "c = 'a'",
  "d = '2026-01-01'",
  'x = 1',
  "k = x'00'",
  'i > 1 > 0',
  'i = 1 = 1',
  'i & 1',
  'i << 1 > 2',
  'b + b > 1',
  'n * 2 > 1',
  'i + 1.5 > 2',
  'i + r > 1',
  'i = r',
  'i IN ()',
  'i IN (NULL)',
  'i IS 1',
  'i IS NOT DISTINCT FROM 1',
  'i = CASE WHEN i THEN 1 ELSE 0 END',
  'lower(t) = t',
  'abs(i) > 1',
  "i = CAST('1' AS INTEGER)",
  '1 = 1',
  'i > 1e3',
  'i > 99999999999999999999',
  'i = null',
  't.i > 0',
  'json_valid(t)',
  "t = 'a' COLLATE NOCASE",
  't ->> 1 = 2',
  'i IN (1, (i > 1))',
  `${'('.repeat(50)}i${')'.repeat(50)} > 1`,
];

test('given a schema without tables, an empty transaction is loaded', () => {
  using database = databaseWith('');
  assert.deepEqual(exports.load(database), []);
});

test('given a table with too many columns for PostgreSQL, the table and the references to it are omitted', () => {
  const columns = Array.from({ length: 1601 }, (_, position) => `c${position}`).join(', ');
  using database = databaseWith(
    `CREATE TABLE wide(id INTEGER PRIMARY KEY, ${columns}); CREATE TABLE narrow(w INTEGER REFERENCES wide);`,
  );
  assert.deepEqual(
    exports.load(database).map(({ name }) => name),
    ['narrow'],
  );
});
