import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { jsonFormat } from '../../../../schema/formats/json.ts';
import { sqlFormat } from '../../../../schema/formats/sql.ts';
import { writeEdgeCaseDatabase } from '../../../../testing/databases/edge-case-values.ts';
import { musicShops } from '../../../../testing/databases/music-shop.ts';
import { exportedDatabase, exportedTable } from '../../../../testing/http/data-exports.ts';
import { temporaryFolder } from '../../../../testing/system/temporary-folder.ts';
import { runPython } from '../../../../testing/tools/python.ts';
import { runSqliteShell } from '../../../../testing/tools/sqlite-shell.ts';
import { openDatabase } from '../../connection/open-database.ts';
import { renderSchemaExport } from '../schema/render-schema.ts';

interface ArchiveManifest {
  readonly format: string;
  readonly database: string;
  readonly tables: readonly {
    readonly table: string;
    readonly file: string;
    readonly row_count: number;
    readonly columns: readonly string[];
    readonly size_bytes: number;
    readonly sha256: string;
  }[];
  readonly files: readonly { readonly file: string; readonly size_bytes: number; readonly sha256: string }[];
}

/** Reads an archive with Python's zipfile: the size, SHA-256 and text of each member, and the archive's errors. */
const READ_ZIP = `import hashlib, json, sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
members = {name: archive.read(name) for name in archive.namelist()}
print(json.dumps({'bad': archive.testzip(), 'names': archive.namelist(), 'members': {name: {
    'size': len(data), 'sha256': hashlib.sha256(data).hexdigest(), 'text': data.decode('utf-8', 'replace')}
    for name, data in members.items()}}))`;

interface ReadArchive {
  readonly bad: string | null;
  readonly names: readonly string[];
  readonly members: Readonly<
    Record<string, { readonly size: number; readonly sha256: string; readonly text: string }>
  >;
}

function readArchive(bytes: Buffer): ReadArchive {
  using folder = temporaryFolder();
  const path = join(folder.path, 'archive.zip');
  writeFileSync(path, bytes);
  execFileSync('unzip', ['-tqq', path]);
  return runPython(READ_ZIP, path) as ReadArchive;
}

for (const shop of musicShops) {
  test(`given ${shop.name}, unzip and Python open the archive; its manifest is correct, and its tables equal the CSV exports`, async () => {
    const { bytes, rowCount, tableCount } = await exportedDatabase(shop.path, { format: 'zip' });
    const { bad, names, members } = readArchive(bytes);
    assert.equal(bad, null);
    const manifest = JSON.parse(members['manifest.json']?.text ?? '') as ArchiveManifest;
    assert.deepEqual([manifest.format, manifest.database], ['rowhouse.export', 'tested']);
    assert.deepEqual([manifest.tables.length, tableCount], [11, 11]);
    assert.equal(
      manifest.tables.reduce((sum, { row_count }) => sum + row_count, 0),
      rowCount,
    );
    assert.deepEqual(names, [
      ...manifest.tables.map(({ file }) => file),
      'schema.sql',
      'schema.json',
      'manifest.json',
    ]);
    for (const { file, size_bytes, sha256 } of [...manifest.tables, ...manifest.files]) {
      assert.deepEqual([members[file]?.size, members[file]?.sha256], [size_bytes, sha256], file);
    }
    for (const { table, file } of manifest.tables) {
      assert.equal(
        members[file]?.text,
        (await exportedTable(shop.path, table, 'csv')).bytes.toString(),
        table,
      );
    }
    using database = openDatabase(shop.path, { mode: 'read-only' });
    assert.equal(members['schema.sql']?.text, renderSchemaExport(database, sqlFormat).text);
    assert.equal(members['schema.json']?.text, renderSchemaExport(database, jsonFormat).text);
  });
}

for (const shop of musicShops) {
  test('zip-csv contains only the CSV files', async () => {
    const { names } = readArchive(
      (await exportedDatabase(shop.path, { format: 'zip-csv', include: ['artist', 'Genre'] })).bytes,
    );
    assert.deepEqual(names, ['Artist.csv', 'Genre.csv']);
  });
}

test('given excluded tables, neither the schema nor the manifest in the archive contains them', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'worst.db');
  writeEdgeCaseDatabase(path);
  const { bytes } = await exportedDatabase(path, { format: 'zip', exclude: ['worst', 'log'] });
  const { members } = readArchive(bytes);
  for (const file of ['schema.sql', 'schema.json', 'manifest.json']) {
    assert.doesNotMatch(
      members[file]?.text ?? 'worst',
      /CREATE TABLE (?:worst|log)|worst_logged|sized|worst\.csv/,
      file,
    );
  }
  assert.ok(!bytes.includes('rowhouse_tables'));
});

test('given table names that are invalid as file names, every file has a unique name that is valid on every system', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'names.db');
  const tables = [
    'con',
    'Nul',
    'com1',
    '../up',
    '/abs',
    'a/b',
    'a\\b',
    'a_b',
    'a:b',
    'dot.',
    'space ',
    '.hidden',
    '-rf',
    'é',
    'e\u{301}',
    'É',
    'x\ny',
    '*?"<>|',
    '',
    '😀',
    'n'.repeat(400),
    `${'n'.repeat(400)}2`,
    'manifest',
    'con.txt',
  ];
  const statements = tables.map(
    (name) => `CREATE TABLE "${name.replaceAll('"', '""')}" (x INTEGER PRIMARY KEY);`,
  );
  runSqliteShell(path, statements.join('\n'));
  const { bytes } = await exportedDatabase(path, { format: 'zip' });
  const { members, names } = readArchive(bytes);
  const manifest = JSON.parse(members['manifest.json']?.text ?? '') as ArchiveManifest;
  assert.deepEqual(manifest.tables.map(({ table }) => table).toSorted(), tables.toSorted());
  const folded = names.map((name) => name.normalize('NFC').toLowerCase());
  assert.equal(new Set(folded).size, names.length);
  for (const name of names) {
    assert.match(name, /^[^<>:"/\\|?*\p{C}]+\.(?:csv|sql|json)$/u, name);
    assert.doesNotMatch(name, /^(?:con|nul|com1)\./i);
    assert.doesNotMatch(name, /^[.\s-]|[.\s]\.csv$/u);
    assert.ok(Buffer.byteLength(name) <= 200);
  }
  execFileSync('unzip', ['-qq', '-d', join(folder.path, 'out'), writeArchive(folder.path, bytes)]);
});

function writeArchive(folder: string, bytes: Buffer): string {
  const path = join(folder, 'names.zip');
  writeFileSync(path, bytes);
  return path;
}
