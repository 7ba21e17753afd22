import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

import { writeEdgeCaseDatabase } from '../../../../testing/databases/edge-case-values.ts';
import { musicShops } from '../../../../testing/databases/music-shop.ts';
import { exportedDatabase, exportedTable } from '../../../../testing/http/data-exports.ts';
import { temporaryFolder } from '../../../../testing/system/temporary-folder.ts';
import { runSqliteShell } from '../../../../testing/tools/sqlite-shell.ts';
import { openDatabase } from '../../connection/open-database.ts';
import { type SqliteValue, toRecordValue } from '../../values/record-value.ts';

/** The output of jq. */
function jq(bytes: Buffer, ...words: readonly string[]): string {
  return execFileSync('jq', words, { input: bytes, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 });
}

/** Every row in the form for clients, with JavaScript's conversion of each value. */
function storedRecords(path: string, select: string): readonly object[] {
  using database = openDatabase(path, { mode: 'read-only' });
  const statement = database.prepare(select);
  statement.setReadBigInts(true);
  return statement
    .all()
    .map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [name, toRecordValue(value as SqliteValue)]),
      ),
    );
}

for (const shop of musicShops) {
  test(`given ${shop.name} as one JSON document, jq finds every table with every row`, async () => {
    const { bytes, rowCount, tableCount } = await exportedDatabase(shop.path, { format: 'json' });
    assert.deepEqual([rowCount, tableCount], [15_607, 11]);
    const head = jq(
      bytes,
      '-c',
      '[.format, .format_version, .database, (.tables | length), (.tables | map(length) | add)]',
    );
    assert.equal(head, '["rowhouse.database",1,"tested",11,15607]\n');
    const document = JSON.parse(bytes.toString()) as { readonly tables: Readonly<Record<string, unknown>> };
    for (const [table, rows] of Object.entries(document.tables)) {
      assert.deepEqual(rows, storedRecords(shop.path, `SELECT * FROM "${table}"`), table);
    }
  });
}

for (const format of ['json', 'ndjson'] as const) {
  test(`given edge-case values, ${format} has each in the form of records, and jq accepts it`, async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'worst.db');
    writeEdgeCaseDatabase(path);
    const { bytes, warnings, rowCount } = await exportedTable(path, 'worst', format);
    assert.deepEqual(warnings, []);
    const text = bytes.toString();
    const lines = text.trimEnd().split('\n');
    const rows: unknown =
      format === 'json' ? JSON.parse(text) : lines.map((line) => JSON.parse(line) as unknown);
    // JSON has no −0 here, as in records.
    const records: unknown = JSON.parse(
      JSON.stringify(storedRecords(path, 'SELECT * FROM worst ORDER BY id')),
    );
    assert.deepEqual(rows, records);
    assert.equal(lines.length, format === 'json' ? rowCount + 2 : rowCount);
    assert.equal(jq(bytes, ...(format === 'json' ? ['length'] : ['-s', 'length'])), `${rowCount}\n`);
  });
}

test('given text that is not UTF-8, JSON has U+FFFD in its place, and there is a warning', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'damaged.db');
  runSqliteShell(path, "CREATE TABLE t (a TEXT); INSERT INTO t VALUES (CAST(x'61ff62' AS TEXT)), ('é');");
  const { bytes, warnings } = await exportedTable(path, 't', 'json', { rows: { columns: ['a'] } });
  assert.equal(bytes.toString(), '[\n{"a":"a\u{fffd}b"},\n{"a":"é"}\n]\n');
  assert.deepEqual(warnings, ['some text is not valid UTF-8: invalid bytes are U+FFFD']);
});

test('given no rows, each format is still a complete file', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'empty.db');
  runSqliteShell(path, 'CREATE TABLE t (id INTEGER PRIMARY KEY, a);');
  assert.equal((await exportedTable(path, 't', 'json')).bytes.toString(), '[\n]\n');
  assert.equal((await exportedTable(path, 't', 'ndjson')).bytes.toString(), '');
  assert.equal((await exportedTable(path, 't', 'csv')).bytes.toString(), 'id,a\r\n');
  const database = JSON.parse((await exportedDatabase(path, { format: 'json' })).bytes.toString()) as object;
  assert.deepEqual(database, {
    format: 'rowhouse.database',
    format_version: 1,
    database: 'tested',
    tables: { t: [] },
  });
});

test('a wide row whose values are all tagged stays one JSON object', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'wide.sqlite');
  const names = Array.from({ length: 900 }, (_, index) => `c${index}`);
  runSqliteShell(
    path,
    `CREATE TABLE wide(${names.join(', ')}); INSERT INTO wide VALUES (${names.map(() => "x'00'").join(', ')});`,
  );
  const rows = { columns: names };
  const { bytes } = await exportedTable(path, 'wide', 'ndjson', { rows, valueFormat: 'tagged' });
  const expected = Object.fromEntries(names.map((name) => [name, { $blob: 'AA==' }]));
  assert.deepEqual(JSON.parse(bytes.toString()), expected);
});
