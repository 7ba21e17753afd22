import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { type Subject, SubjectError } from '../../../../core/subject-error.ts';
import { ALL_ROWS, exportedDatabase, exportedTable } from '../../../../testing/http/data-exports.ts';
import { temporaryFolder } from '../../../../testing/system/temporary-folder.ts';
import { runSqliteShell } from '../../../../testing/tools/sqlite-shell.ts';
import type { RowSelection } from '../../../project-exports.ts';

/** Enough rows for several chunks, with gaps between the rowids and some negative ones, and a table for each kind of order. */
const TABLES = `
  CREATE TABLE plain (id INTEGER PRIMARY KEY, n INTEGER, t TEXT);
  WITH RECURSIVE i (v) AS (SELECT -3000 UNION ALL SELECT v + 1 FROM i WHERE v < 3000)
  INSERT INTO plain SELECT v * 3, v % 7, 'row ' || v FROM i;
  INSERT INTO plain VALUES (9223372036854775807, 1, 'last'), (-9223372036854775808, 1, 'first');
  CREATE TABLE keyed (a TEXT PRIMARY KEY, n INTEGER) WITHOUT ROWID;
  INSERT INTO keyed SELECT printf('%08d', id + 10000), n FROM plain WHERE id BETWEEN -9000 AND 9000;
  CREATE VIEW sevens AS SELECT id, t FROM plain WHERE n = 0;`;

const filter = (column: string, operator: '=' | '>=' | '<', value: unknown) => {
  return { column, operator, value };
};

const cases: readonly (readonly [string, Partial<RowSelection>, string])[] = [
  ['plain', {}, 'SELECT * FROM plain ORDER BY id'],
  ['plain', { descending: true }, 'SELECT * FROM plain ORDER BY id DESC'],
  ['plain', { offset: 100, limit: 3_000 }, 'SELECT * FROM plain ORDER BY id LIMIT 3000 OFFSET 100'],
  ['plain', { limit: 0 }, 'SELECT * FROM plain LIMIT 0'],
  [
    'plain',
    { limit: 65, descending: true, offset: 1 },
    'SELECT * FROM plain ORDER BY id DESC LIMIT 65 OFFSET 1',
  ],
  ['plain', { offset: 1_000_000 }, 'SELECT * FROM plain LIMIT 0'],
  ['plain', { sort: 't,-n' }, 'SELECT * FROM plain ORDER BY t, n DESC, id'],
  ['plain', { sort: '-id', limit: 70 }, 'SELECT * FROM plain ORDER BY id DESC LIMIT 70'],
  [
    'plain',
    { filters: [filter('n', '=', 3), filter('id', '>=', 0)] },
    'SELECT * FROM plain WHERE n = 3 AND id >= 0 ORDER BY id',
  ],
  [
    'plain',
    { filters: [filter('n', '<', 2)], offset: 10, limit: 500 },
    'SELECT * FROM plain WHERE n < 2 ORDER BY id LIMIT 500 OFFSET 10',
  ],
  ['plain', { columns: ['t', 'id'] }, 'SELECT t, id FROM plain ORDER BY id'],
  ['plain', { columns: 'T,n' }, 'SELECT t, n FROM plain ORDER BY id'],
  ['keyed', {}, 'SELECT * FROM keyed ORDER BY a'],
  ['keyed', { descending: true, limit: 5_000 }, 'SELECT * FROM keyed ORDER BY a DESC LIMIT 5000'],
  ['sevens', { sort: 't', limit: 100 }, 'SELECT * FROM sevens ORDER BY t LIMIT 100'],
];

test('a table export has the selected rows in the selected order, as a SELECT in the sqlite3 shell returns them', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'rows.db');
  runSqliteShell(path, TABLES);
  for (const [table, rows, select] of cases) {
    const { bytes, rowCount } = await exportedTable(path, table, 'ndjson', { rows });
    const expected = runSqliteShell(path, `.mode json\n${select};`);
    const lines = bytes.toString().split('\n').slice(0, -1);
    const read = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const wanted = (expected === '' ? [] : JSON.parse(expected)) as readonly object[];
    // Beyond 2^53 the shell prints digits that JavaScript rounds; the export has a text.
    assert.deepEqual(read.map(rounded), wanted, `${table} ${JSON.stringify(rows)}`);
    assert.equal(rowCount, wanted.length);
  }
});

function rounded(row: Readonly<Record<string, unknown>>): object {
  return 'id' in row ? { ...row, id: Number(row['id']) } : row;
}

test('a database export applies table_options to their tables, and has all rows of the others', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'rows.db');
  runSqliteShell(path, TABLES);
  const rows = { PLAIN: { ...ALL_ROWS, limit: 3, columns: ['n'] } };
  const { bytes, rowCount, tableCount } = await exportedDatabase(path, { format: 'json', rows });
  const { tables } = JSON.parse(bytes.toString()) as {
    readonly tables: Readonly<Record<string, readonly object[]>>;
  };
  assert.deepEqual(tables['plain'], [{ n: 1 }, { n: -4 }, { n: -3 }]);
  assert.equal(tables['keyed']?.length, 6_001);
  assert.deepEqual([rowCount, tableCount], [6_004, 2]);
});

for (const [what, ask, subject] of [
  ['a column that is not there', { columns: ['id', 'nope'] }, ['rows', 'columns', 1]],
  ['a sort by one', { sort: 'nope' }, ['rows', 'sort']],
  ['a filter on one', { filters: [filter('nope', '=', 1)] }, ['rows', 'filters', 0, 'column']],
] as const) {
  test(`${what} is refused by name`, async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'rows.db');
    runSqliteShell(path, TABLES);
    await assertRefused(exportedTable(path, 'plain', 'csv', { rows: ask }), subject);
  });
}

for (const [what, ask, subject] of [
  ['a table to include', { include: ['plain', 'nope'] }, ['include', 1]],
  ['a table to exclude', { exclude: ['nope'] }, ['exclude', 0]],
  ['a view to include', { include: ['sevens'] }, ['include', 0]],
  [
    'options for a table that is left out',
    { exclude: ['plain'], rows: { plain: ALL_ROWS } },
    ['rows', 'plain'],
  ],
] as const) {
  for (const format of ['zip', 'sql', 'sqlite'] as const) {
    test(`${what} that does not exist is refused by name for ${format}`, async () => {
      using folder = temporaryFolder();
      const path = join(folder.path, 'rows.db');
      runSqliteShell(path, TABLES);
      await assertRefused(exportedDatabase(path, { format, ...ask }), subject);
    });
  }
}

async function assertRefused(requested: Promise<unknown>, subject: Subject): Promise<void> {
  await assert.rejects(requested, (error: unknown) => {
    assert.ok(error instanceof SubjectError);
    assert.deepEqual([error.code, error.faults[0]?.subject], ['validation_failed', subject]);
    return true;
  });
}
