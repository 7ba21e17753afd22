import assert from 'node:assert/strict';
import { test } from 'node:test';

import { dbmlFormat } from '../../../../schema/formats/dbml.ts';
import { edgeCaseDatabase } from '../../../../testing/databases/edge-case-schema.ts';
import { musicShops } from '../../../../testing/databases/music-shop.ts';
import { databaseWith } from '../../../../testing/databases/schema-copies.ts';
import { read, assertSays } from '../../../../testing/schema-exports/dbml-export.ts';
import type { DbmlTable } from '../../../../testing/tools/dbml.ts';
import { openDatabase } from '../../connection/open-database.ts';
import { renderSchemaExport } from './render-schema.ts';

for (const shop of musicShops) {
  test(`given ${shop.name}, DBML tools read its tables and references`, () => {
    using database = openDatabase(shop.path, { mode: 'read-only' });
    assert.deepEqual(renderSchemaExport(database, dbmlFormat).warnings, []);
    assertSays(database);
    const { tables, refs } = read(database);
    assert.equal(tables.length, 11);
    assert.equal(refs.length, 11);
    assert.deepEqual(table(tables, 'PlaylistTrack').indexes[0], {
      columns: [
        { type: 'column', value: 'PlaylistId' },
        { type: 'column', value: 'TrackId' },
      ],
      isPrimaryKey: true,
      isUnique: false,
      name: null,
      note: null,
    });
  });
}

test('given edge-case names and every kind of object, DBML tools read each under its own name', () => {
  using worst = edgeCaseDatabase();
  assertSays(worst);
  const { tables, refs } = read(worst);
  const generated = table(tables, 'generated');
  assert.equal(generated.columns[2]?.note, "generated virtual as (a || ')')");
  assert.deepEqual(generated.checks, [
    { name: null, expression: 'a > 0 AND b < 10' },
    { name: null, expression: "c LIKE 'x%'" },
    { name: 'chk\n-- x', expression: 'a IN (1, 2)' },
  ]);
  assert.deepEqual(
    table(tables, 'only_index').indexes.map(({ columns, isUnique, note }) => [
      columns.map(({ value }) => value),
      isUnique,
      note,
    ]),
    [
      [['lower(b) COLLATE NOCASE', 'a + 1'], false, null],
      [['a'], true, null],
      [['b'], true, 'only where b IS NOT NULL'],
      [['b'], true, `only where b LIKE '-- "%'`],
      [['(a + 1)', 'b'], false, null],
    ],
  );
  const child = refs.filter(({ ends }) => ends[0]?.table === 'composite_child');
  assert.deepEqual(
    child.map(({ onDelete, onUpdate, ends }) => [onDelete, onUpdate, ends]),
    [
      [
        null,
        null,
        [
          { table: 'composite_child', columns: ['w'], relation: '*' },
          { table: 'odd_types', columns: ['a'], relation: '1' },
        ],
      ],
      [
        'cascade',
        'set null',
        [
          { table: 'composite_child', columns: ['x', 'y'], relation: '*' },
          { table: 'composite', columns: ['a', 'b'], relation: '1' },
        ],
      ],
    ],
  );
  assert.ok(
    refs.some(
      ({ ends: [parent, one] }) =>
        parent?.table === 'plain' && one?.table === 'one_to_one' && one.relation === '1',
    ),
  );
});

test('given defaults of every kind, DBML tools read them', () => {
  using worst = edgeCaseDatabase();
  const defaults = Object.fromEntries(
    table(read(worst).tables, 'defaults').columns.map((column) => [column.name, column.default]),
  );
  assert.deepEqual(
    [
      defaults['a'],
      defaults['b'],
      defaults['d'],
      defaults['e'],
      defaults['f'],
      defaults['g'],
      defaults['h'],
      defaults['k'],
      defaults['t'],
    ],
    [
      { type: 'number', value: 1 },
      { type: 'expression', value: '-9223372036854775808' },
      { type: 'number', value: 1.5 },
      { type: 'expression', value: '1e300' },
      { type: 'string', value: 'it\'s \\ "x" `${y}`\n;' },
      { type: 'expression', value: "x'00ff'" },
      { type: 'expression', value: 'CURRENT_TIMESTAMP' },
      { type: 'expression', value: "strftime('%s', 'now')" },
      { type: 'boolean', value: 'null' },
    ],
  );
});

test('given an expression with names in backticks, a comment and a backtick in a string, the export has what DBML can express', () => {
  using database = databaseWith(
    "CREATE TABLE t(a, b DEFAULT (lower('`')), CHECK (`a` > -- why\n 1), CHECK (a <> '`')); CREATE INDEX i ON t((a || '`'));",
  );
  assert.deepEqual(table(read(database).tables, 't').checks, [{ name: null, expression: '"a" > 1' }]);
  assert.deepEqual(renderSchemaExport(database, dbmlFormat).warnings, [
    'omitted: default of column t.b',
    'omitted: index i',
    'omitted: check of table t',
  ]);
});

test('given a schema without tables, DBML tools read an empty one', () => {
  using database = databaseWith('');
  assert.deepEqual(read(database).tables, []);
});

function table(tables: readonly DbmlTable[], name: string): DbmlTable {
  const found = tables.find((each) => each.name === name);
  assert.ok(found, name);
  return found;
}
