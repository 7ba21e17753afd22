import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { writeEdgeCaseDatabase } from '../../../../testing/databases/edge-case-values.ts';
import { musicShops } from '../../../../testing/databases/music-shop.ts';
import { exportedTable } from '../../../../testing/http/data-exports.ts';
import { temporaryFolder } from '../../../../testing/system/temporary-folder.ts';
import { runPython } from '../../../../testing/tools/python.ts';
import { runSqliteShell } from '../../../../testing/tools/sqlite-shell.ts';
import { openDatabase } from '../../connection/open-database.ts';
import { queryRows } from '../../introspection/query-rows.ts';

const READ_CSV = `import csv, json, sys
csv.field_size_limit(10**9)
with open(sys.argv[1], newline='', encoding=sys.argv[3] if len(sys.argv) > 3 else 'utf-8') as file:
    print(json.dumps(list(csv.reader(file, strict=True, delimiter=sys.argv[2]))))`;

/** Reads CSV with Python's own reader. */
function readCsv(bytes: Buffer, delimiter = ',', encoding = 'utf-8'): readonly (readonly string[])[] {
  using folder = temporaryFolder();
  const path = join(folder.path, 'table.csv');
  writeFileSync(path, bytes);
  return runPython(READ_CSV, path, delimiter, encoding) as readonly string[][];
}

for (const shop of musicShops) {
  test(`given ${shop.name}, importing each table’s CSV with the sqlite3 shell restores every value`, async () => {
    using folder = temporaryFolder();
    const copy = join(folder.path, 'copy.db');
    runSqliteShell(copy, runSqliteShell(shop.path, '.schema'));
    using database = openDatabase(shop.path, { mode: 'read-only' });
    const tables = queryRows<[string]>(database, "SELECT name FROM sqlite_schema WHERE type = 'table'");
    for (const [table] of tables) {
      const { bytes, rowCount } = await exportedTable(shop.path, table, 'csv');
      const path = join(folder.path, `${table}.csv`);
      writeFileSync(path, bytes);
      runSqliteShell(copy, `.import --csv --skip 1 ${path} ${table}`);
      using loaded = openDatabase(copy, { mode: 'read-only' });
      const names = queryRows<[string]>(database, 'SELECT name FROM pragma_table_info(?)', [table]);
      // The shell imports NULL as the empty text.
      const columns = names.map(([name]) => `nullif("${name}", '')`).join(', ');
      const select = `SELECT ${columns} FROM "${table}" ORDER BY rowid`;
      assert.deepEqual(queryRows(loaded, select), queryRows(database, select), table);
      assert.equal(queryRows(database, select).length, rowCount);
    }
  });
}

test('given edge-case values, Python reads each exactly from the CSV', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'worst.db');
  writeEdgeCaseDatabase(path);
  const { bytes, warnings } = await exportedTable(path, 'worst', 'csv', {
    rows: { columns: ['any_value'] },
  });
  assert.deepEqual(warnings, []);
  const [header, ...read] = readCsv(bytes);
  assert.deepEqual(header, ['any_value']);
  using database = openDatabase(path, { mode: 'read-only' });
  const statement = database.prepare('SELECT any_value AS value FROM worst ORDER BY id');
  statement.setReadBigInts(true);
  const stored = statement.all().map(({ value }) => value);
  assert.equal(read.length, stored.length);
  for (const [index, value] of stored.entries()) assertSame(read[index]?.[0] ?? '', value);
});

function assertSame(text: string, value: unknown): void {
  if (value === null || value === undefined) assert.equal(text, '');
  else if (typeof value === 'bigint') assert.equal(BigInt(text), value);
  else if (typeof value === 'number') assert.ok(Object.is(Number(text), value), `${text} for ${value}`);
  else if (value instanceof Uint8Array) assert.deepEqual(Buffer.from(text, 'base64'), Buffer.from(value));
  else assert.equal(text, value);
}

test('quotes distinguish a text from a number, and the empty text from NULL', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'alike.db');
  runSqliteShell(
    path,
    "CREATE TABLE t (a, b); INSERT INTO t VALUES (7, '7'), (NULL, ''), ('NULL', 0.5), (x'61', 'a');",
  );
  const { bytes } = await exportedTable(path, 't', 'csv', { rows: { columns: 'a,b' } });
  assert.equal(bytes.toString(), 'a,b\r\n7,"7"\r\n,""\r\n"NULL",0.5\r\nYQ==,"a"\r\n');
  const rowids = await exportedTable(path, 't', 'csv', { rows: { limit: 1 } });
  assert.equal(rowids.bytes.toString(), 'rowid,a,b\r\n1,7,"7"\r\n');
});

test('given a delimiter and a byte order mark, the CSV has both, and names are quoted if necessary', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'names.db');
  runSqliteShell(
    path,
    `CREATE TABLE t ("a;b", "say ""hi""", plain INTEGER PRIMARY KEY); INSERT INTO t VALUES ('x;y', 'z', 1);`,
  );
  const { bytes } = await exportedTable(path, 't', 'csv', { csv: { delimiter: ';', bom: true } });
  assert.equal(bytes.toString(), '\u{feff}"a;b";"say ""hi""";plain\r\n"x;y";"z";1\r\n');
  assert.deepEqual(readCsv(bytes, ';', 'utf-8-sig'), [
    ['a;b', 'say "hi"', 'plain'],
    ['x;y', 'z', '1'],
  ]);
});

test('given spreadsheet_safe, formulas are escaped and numbers are unchanged', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'formulas.db');
  const formulas = ['=1+1', '+cmd', '-x', '@sum', '\t=1', '\r=1', '\n=1', '＝1', '-1-1', '+1+1', '-'];
  const harmless = ['a=1', ' =1', '-5', '+5', '-1.5e3', '-.5', '+1.', '', "'=1", '1-1'];
  using database = openDatabase(path, { mode: 'read-write' });
  database.exec('CREATE TABLE t ("=id" INTEGER PRIMARY KEY, v)');
  const insert = database.prepare('INSERT INTO t (v) VALUES (?)');
  const blobs = ['', '+AAA', 'AAAA'].map((text) => Buffer.from(text, 'base64'));
  for (const value of [...formulas, ...harmless, -5n, -0.5, -Infinity, ...blobs]) insert.run(value);
  const { bytes } = await exportedTable(path, 't', 'csv', {
    rows: { columns: ['=id', 'v'] },
    csv: { spreadsheetSafe: true },
  });
  const [header, ...rows] = readCsv(bytes);
  assert.equal(header?.[0], "'=id");
  const guarded = formulas.map((text) => `'${text}`);
  assert.deepEqual(
    rows.map(([, value]) => value),
    [...guarded, ...harmless, '-5', '-0.5', '-Infinity', "'=", "'+AAA", 'AAAA'],
  );
  const faithful = await exportedTable(path, 't', 'csv', { rows: { columns: ['v'] } });
  assert.equal(readCsv(faithful.bytes)[1]?.[0], '=1+1');
});

test('given text that is not UTF-8, the CSV keeps its bytes, and there is a warning', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'damaged.db');
  runSqliteShell(path, "CREATE TABLE t (a TEXT); INSERT INTO t VALUES (CAST(x'61ff62' AS TEXT));");
  const { bytes, warnings } = await exportedTable(path, 't', 'csv', { rows: { columns: 'a' } });
  assert.deepEqual(bytes, Buffer.concat([Buffer.from('a\r\n"a'), Buffer.of(0xff), Buffer.from('b"\r\n')]));
  assert.deepEqual(warnings, ['some text is not valid UTF-8: its stored bytes are unchanged']);
});

test('given a table of 2,000 columns, a line has all of them', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'wide.db');
  const names = Array.from({ length: 2_000 }, (_, index) => `c${index}`);
  runSqliteShell(
    path,
    `CREATE TABLE wide (${names.join(', ')}); INSERT INTO wide VALUES (${names.map((_, index) => index).join(', ')});`,
  );
  const { bytes } = await exportedTable(path, 'wide', 'csv', { rows: { columns: names } });
  assert.deepEqual(readCsv(bytes), [names, names.map((_, index) => String(index))]);
  const json = await exportedTable(path, 'wide', 'json', { rows: { columns: names } });
  assert.deepEqual(JSON.parse(json.bytes.toString()), [
    Object.fromEntries(names.map((name, index) => [name, index])),
  ]);
  const ndjson = await exportedTable(path, 'wide', 'ndjson', { rows: { columns: names.slice(0, 401) } });
  assert.equal(Object.keys(JSON.parse(ndjson.bytes.toString()) as object).length, 401);
});

test('NULL, the empty text, the empty BLOB and values that look alike are told apart', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'alike.db');
  using database = openDatabase(path, { mode: 'read-write' });
  const values = [
    'NULL',
    "''",
    "x''",
    "'='",
    "'AAE='",
    "x'0001'",
    "'x'",
    "x'78'",
    '7',
    "'7'",
    "' '",
    "x'20'",
  ];
  database.exec(`CREATE TABLE alike (id INTEGER PRIMARY KEY, v);
    INSERT INTO alike (v) VALUES ${values.map((value) => `(${value})`).join(', ')};`);
  const { bytes } = await exportedTable(path, 'alike', 'csv', { rows: { columns: ['v'] } });
  const fields = bytes.toString().split('\r\n').slice(1, -1);
  assert.deepEqual(fields.slice(0, 6), ['', '""', '=', '"="', '"AAE="', 'AAE=']);
  assert.equal(new Set(fields).size, values.length);
  for (const [index, value] of values.entries()) {
    if (!value.startsWith('x')) continue;
    assert.equal(Buffer.from(fields[index] ?? '', 'base64').toString('hex'), value.slice(2, -1));
  }
});
