import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { fillEdgeCaseTables, edgeCaseDatabase } from '../../../../testing/databases/edge-case-schema.ts';
import { musicShops } from '../../../../testing/databases/music-shop.ts';
import { type Form, RowSchemas } from '../../../../testing/databases/row-schemas.ts';
import { databaseWith } from '../../../../testing/databases/schema-copies.ts';
import { apiRows, readableNames } from '../../../../testing/http/api-rows.ts';
import { type OpenDatabase, openDatabase } from '../../connection/open-database.ts';
import { insertRecord } from '../../records/insert-record.ts';
import { recordDatabaseOf } from '../../rows/record-database.ts';

for (const shop of musicShops) {
  test(`given ${shop.name}, each of its 15,607 rows from the API is valid`, () => {
    using database = openDatabase(shop.path, { mode: 'read-only' });
    const schemas = new RowSchemas(database);
    const counts = readableNames(database).map((name) => assertRowsFit(database, schemas, name));
    assert.equal(
      counts.reduce((sum, count) => sum + count, 0),
      15_607,
    );
  });
}

test('given the edge-case schema, each row from the API is valid', () => {
  using database = edgeCaseDatabase();
  fillEdgeCaseTables(database);
  const schemas = new RowSchemas(database);
  const filled = readableNames(database).filter((name) => assertRowsFit(database, schemas, name) > 0);
  assert.deepEqual(filled.toSorted(), [
    'a view',
    'all_rowids_taken',
    'boxes',
    'desc_key',
    'only_generated_besides',
    'pair',
    'pair_child',
    'rowid_taken',
    'search',
    'self',
    'strictly',
    'text_key',
    'twice',
    'types',
  ]);
  assert.deepEqual(schemas.warnings, ['omitted, because SQLite cannot report their columns: view broken']);
});

describe('given the edge-case schema, a validator', () => {
  const database = edgeCaseDatabase();
  const schemas = new RowSchemas(database);
  const [row, insert, update] = ['row', 'insert', 'update'] as const;
  const strictly = { id: 1, i: 1, r: 1, t: '', b: null, a: null, double_i: 2, stored_t: '' };
  const cases: readonly (readonly [takes: boolean, table: string, form: Form, value: unknown])[] = [
    [true, 'strictly', row, strictly],
    [true, 'strictly', row, { ...strictly, i: '9223372036854775807', r: '-Infinity', a: 1.5, extra: 1 }],
    [false, 'strictly', row, { ...strictly, i: 1.5 }],
    [false, 'strictly', row, { ...strictly, i: 'one' }],
    [false, 'strictly', row, { ...strictly, i: true }],
    [false, 'strictly', row, { ...strictly, r: 'NaN' }],
    [false, 'strictly', row, { ...strictly, id: null }],
    [false, 'strictly', row, { ...strictly, t: null }],
    [false, 'strictly', row, { id: 1 }],
    [false, 'strictly', row, []],
    [true, 'desc_key', row, { id: null, x: 1 }],
    [false, 'types', row, { rowid: 1 }],
    [false, 'self', row, { id: 'x', parent: null, twin: null }],
    [true, 'twice', row, { x: 1, X2: 2, 'x 2': null }],
    [false, 'search', row, { title: '', 'the body': '' }],
    [true, 'search', row, { rowid: 1, title: '', 'the body': null }],
    [true, 'strictly', insert, {}],
    [true, 'strictly', insert, { t: 'x', i: true, b: 'AP8=', r: 'Infinity', a: false }],
    [false, 'strictly', insert, { stored_t: 'x' }],
    [false, 'strictly', insert, { b: 'AP8' }],
    [false, 'strictly', insert, { b: 1 }],
    [false, 'strictly', insert, { t: null }],
    [false, 'strictly', insert, { T: 'x' }],
    [true, 'types', insert, { d: 1, blank: '', 'a b': 'x' }],
    [false, 'types', insert, { d: 1, 'a b': 'x' }],
    [false, 'types', insert, { d: 'one', blank: '', 'a b': 'x' }],
    [true, 'pair', insert, { a: 1, b: 'x' }],
    [false, 'pair', insert, { a: 1 }],
    [false, 'pair', insert, { a: null, b: 'x' }],
    [false, 'circle_a', insert, {}],
    [false, 'circle_a', insert, { b: true }],
    [true, 'rowid_taken', insert, { _rowid_: 1, rowid: 'x' }],
    [true, 'close */ comment', insert, { 'close */ comment': null }],
    [true, 'strictly', update, { i: null }],
    [false, 'strictly', update, {}],
    [false, 'strictly', update, { double_i: 2 }],
  ];
  for (const [takes, table, form, value] of cases) {
    const what = `${JSON.stringify(value)} as ${form} of ${table}`;
    test(`${takes ? 'accepts' : 'rejects'} ${what}`, () => {
      assert.equal(schemas.takes(table, form, value), takes);
    });
  }

  test('accepts new rows that the API accepts, and the rows of its answers', () => {
    using fresh = edgeCaseDatabase();
    fresh.exec('PRAGMA foreign_keys = OFF');
    const records = recordDatabaseOf(fresh);
    for (const [takes, table, form, value] of cases) {
      if (!takes || form !== 'insert') continue;
      const created = insertRecord(records, records.table(table), {
        row: value as Readonly<Record<string, unknown>>,
        onConflict: null,
      });
      assert.ok(schemas.takes(table, 'row', JSON.parse(created.rowJson)), created.rowJson);
    }
  });

  test('inserts defaults into a new row, but not into an update', () => {
    const filling = new RowSchemas(database, { useDefaults: true });
    const created = { d: 1, blank: '', 'a b': 1 };
    assert.ok(filling.takes('types', 'insert', created));
    assert.deepEqual(created, {
      d: 1,
      blank: '',
      'a b': 1,
      flag: 0,
      price: 1.5,
      b: 'AP8=',
      huge: '9223372036854775807',
      v: 'it\'s */ "x" \\ ${y}',
    });
    const changed = { d: 1 };
    assert.ok(filling.takes('types', 'update', changed));
    assert.deepEqual(changed, { d: 1 });
  });

  test('has no schema for writing to views and virtual tables', () => {
    assert.throws(() => schemas.takes('a view', 'insert', {}), /can't resolve reference/);
    assert.throws(() => schemas.takes('search', 'update', {}), /can't resolve reference/);
  });
});

test('given no tables, the document is valid and empty', () => {
  using database = databaseWith('');
  assert.throws(() => new RowSchemas(database).takes('t', 'row', {}), /can't resolve reference/);
});

function assertRowsFit(database: OpenDatabase, schemas: RowSchemas, name: string): number {
  const rows = apiRows(database, name);
  schemas.assertTakesAll(name, rows);
  return rows.length;
}
