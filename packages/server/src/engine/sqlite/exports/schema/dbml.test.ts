import assert from 'node:assert/strict';
import type { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';

import { dbmlFormat } from '../../../../schema/formats/dbml.ts';
import { foldName } from '../../../../schema/identifier.ts';
import type { OrdinaryTable } from '../../../../schema/model.ts';
import { edgeCaseDatabase } from '../../../../testing/databases/edge-case-schema.ts';
import { musicShops } from '../../../../testing/databases/music-shop.ts';
import { databaseWith } from '../../../../testing/databases/schema-copies.ts';
import { randomRuns, withRandomDatabases } from '../../../../testing/random-schema/random-databases.ts';
import { type DbmlDatabase, type DbmlTable, readDbml } from '../../../../testing/tools/dbml.ts';
import { openDatabase } from '../../connection/open-database.ts';
import { readSchema } from '../../introspection/read-schema.ts';
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

const RUNS = randomRuns(100);

test(`given any schema, DBML tools read everything that DBML can express (${RUNS} schemas)`, async () => {
  await withRandomDatabases(RUNS, (databases) => databases.forEach(assertSays));
});

function read(database: DatabaseSync): DbmlDatabase {
  const { text } = renderSchemaExport(database, dbmlFormat);
  assert.equal(text, renderSchemaExport(database, dbmlFormat).text);
  return readDbml(text);
}

function table(tables: readonly DbmlTable[], name: string): DbmlTable {
  const found = tables.find((each) => each.name === name);
  assert.ok(found, name);
  return found;
}

function assertSays(database: DatabaseSync): void {
  const expected = readSchema(database).tables.filter((each) => each.kind === 'table');
  const { tables, refs } = read(database);
  assert.deepEqual(
    tables.map(({ name }) => name),
    expected.map(({ name }) => name || 'unnamed'),
  );
  for (const [position, each] of expected.entries()) {
    const found = tables[position];
    assert.ok(found);
    assertTableSays(found, each);
  }
  assert.deepEqual(refs.map(({ ends }) => endsOf(ends)).toSorted(), possibleEnds(expected).toSorted());
}

function assertTableSays(found: DbmlTable, expected: OrdinaryTable): void {
  const key = [...new Set(expected.primaryKey?.columns.map(({ name }) => columnIn(expected, name)) ?? [])];
  const isAlias = !expected.indexes.some(({ origin }) => origin === 'primary_key');
  assert.deepEqual(
    found.columns.map(({ name, isPrimaryKey, increment, notNull }) => ({
      name,
      isPrimaryKey,
      increment,
      notNull: notNull || isPrimaryKey,
    })),
    expected.columns.map(({ name, notNull, primaryKeyPosition }) => ({
      name: name || 'unnamed',
      isPrimaryKey: primaryKeyPosition !== null && expected.primaryKey?.columns.length === 1,
      increment: primaryKeyPosition !== null && isAlias,
      notNull:
        notNull ||
        (primaryKeyPosition !== null &&
          (expected.primaryKey?.columns.length === 1 || expected.strict || expected.withoutRowid)),
    })),
  );
  const composite = found.indexes.filter(({ isPrimaryKey }) => isPrimaryKey);
  if ((expected.primaryKey?.columns.length ?? 0) > 1) {
    assert.deepEqual(
      composite.map(({ columns }) => columns.map(({ value }) => value)),
      [key],
    );
  }
  const named = found.indexes
    .filter(({ name }) => name !== null)
    .map(({ name, isUnique }) => [name, isUnique]);
  const created = expected.indexes.filter(({ origin }) => origin === 'create');
  assert.deepEqual(
    named,
    created
      .filter(({ name }) => named.some(([each]) => each === name))
      .map(({ name, unique }) => [name, unique]),
  );
  assert.ok(created.length === named.length || created.some(({ sql }) => sql?.includes('`')));
  const said =
    found.columns.filter(({ isUnique }) => isUnique).length +
    found.indexes.filter(({ name, isUnique }) => name === null && isUnique).length;
  const uniques = new Set(
    expected.indexes
      .filter(({ origin }) => origin === 'unique')
      .map(({ columns }, position) => {
        const names = new Set(columns.map((term) => (term.kind === 'column' ? term.name : (key[0] ?? ''))));
        return names.size === 1 ? [...names].join('') : position;
      }),
  );
  assert.equal(said, uniques.size);
}

function columnIn({ columns }: OrdinaryTable, name: string): string {
  return columns.find((column) => foldName(column.name) === foldName(name))?.name ?? '?';
}

/** The two ends as DBML compares them: without a direction, and with the columns as a set. */
function endsOf(ends: readonly { readonly table: string; readonly columns: readonly string[] }[]): string {
  return JSON.stringify(ends.map((end) => JSON.stringify([end.table, end.columns.toSorted()])).toSorted());
}

function possibleEnds(tables: readonly OrdinaryTable[]): readonly string[] {
  const found = tables.flatMap((child) =>
    child.foreignKeys.flatMap(({ columns, referencedTable, referencedColumns }) => {
      const parent = tables.find(({ name }) => foldName(name) === foldName(referencedTable));
      if (parent === undefined || referencedColumns === null) return [];
      const ends = [
        {
          table: child.name || 'unnamed',
          columns: columns.map((name) => columnIn(child, name) || 'unnamed'),
        },
        {
          table: parent.name || 'unnamed',
          columns: referencedColumns.map((name) => columnIn(parent, name) || 'unnamed'),
        },
      ];
      const isMissing = ends.some((end) => end.columns.includes('?'));
      return isMissing || endsOf(ends.slice(0, 1)) === endsOf(ends.slice(1)) ? [] : [endsOf(ends)];
    }),
  );
  return [...new Set(found)];
}
