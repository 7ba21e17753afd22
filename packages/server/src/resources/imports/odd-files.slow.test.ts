import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { databaseFile } from '../../testing/databases/database-file.ts';
import { borrowTestServer } from '../../testing/http/borrowed-server.ts';
import { exportedSchema, importDatabase } from '../../testing/http/import-and-export.ts';
import { temporaryFolder } from '../../testing/system/temporary-folder.ts';
import { runSqliteShell } from '../../testing/tools/sqlite-shell.ts';

const BOOKS = `
  CREATE TABLE book (id INTEGER PRIMARY KEY, title TEXT NOT NULL);
  INSERT INTO book VALUES (1, 'Ære'), (2, 'naïve');
`;

test('sound files of every kind are imported, and can be read and exported', async () => {
  await using server = await borrowTestServer();
  const cases: readonly (readonly [slug: string, bytes: Buffer])[] = [
    ['utf16le', databaseFile(`PRAGMA encoding = 'UTF-16le'; ${BOOKS}`)],
    ['utf16be', databaseFile(`PRAGMA encoding = 'UTF-16be'; ${BOOKS}`)],
    ['small-pages', databaseFile(`PRAGMA page_size = 512; ${BOOKS}`)],
    ['large-pages', databaseFile(`PRAGMA page_size = 65536; ${BOOKS}`)],
    ['auto-vacuum', databaseFile(`PRAGMA auto_vacuum = FULL; ${BOOKS}`)],
    ['incremental', databaseFile(`PRAGMA auto_vacuum = INCREMENTAL; ${BOOKS}`)],
    ['wal', databaseFile(`PRAGMA journal_mode = WAL; ${BOOKS}`).subarray()],
    [
      'free-pages',
      databaseFile(
        `${BOOKS} CREATE TABLE gone (x); INSERT INTO gone VALUES (zeroblob(90000)); DROP TABLE gone;`,
      ),
    ],
    ['old-format', databaseFile(`PRAGMA legacy_file_format = ON; ${BOOKS}`)],
    ['without-counter', ofAnOldSqlite(databaseFile(BOOKS))],
  ];
  for (const [slug, bytes] of cases) {
    await server.createProject(slug);
    const answer = await importDatabase(server, slug, bytes);
    assert.equal(answer.status, 201, `${slug}: ${JSON.stringify(answer.body)}`);
    assert.equal(answer.body.data.import.rows, 2, slug);
    const warned = answer.body.data.import.warnings.map(({ code }: { code: string }) => code);
    assert.deepEqual(warned, slug === 'wal' ? ['write_ahead_log'] : [], slug);
    assert.match(await exportedSchema(server, slug), /CREATE TABLE book/, slug);
    const path = join(server.dataDir, 'projects', slug, 'database.sqlite');
    const told = runSqliteShell(path, 'PRAGMA journal_mode; PRAGMA integrity_check; SELECT title FROM book;');
    assert.equal(told, 'wal\nok\nÆre\nnaïve\n', slug);
  }
});

test('a file in WAL mode without its log is imported as it was before the log, with a warning', async () => {
  await using server = await borrowTestServer();
  await server.createProject('torn');
  using folder = temporaryFolder();
  const path = join(folder.path, 'source.sqlite');
  // The shell copies the file while the second row is only in the log.
  runSqliteShell(
    path,
    `PRAGMA journal_mode = WAL; ${BOOKS} PRAGMA wal_checkpoint(TRUNCATE);
     INSERT INTO book VALUES (3, 'in the log');
.shell cp ${path} ${path}.copy`,
  );
  const answer = await importDatabase(server, 'torn', readFileSync(`${path}.copy`));
  assert.equal(answer.status, 201);
  assert.equal(answer.body.data.import.rows, 2);
  assert.match(String(answer.body.data.import.warnings[0].message), /-wal file beside it are missing/);
});

test('problems of an imported file are reported as warnings, and the file is accepted', async () => {
  await using server = await borrowTestServer();
  const cases: readonly (readonly [slug: string, bytes: Buffer, code: string, says: RegExp])[] = [
    ['keyless', databaseFile('CREATE TABLE log (line TEXT);'), 'table_without_primary_key', /\blog\b/],
    [
      'orphans',
      databaseFile(`CREATE TABLE a (id INTEGER PRIMARY KEY);
        CREATE TABLE b (id INTEGER PRIMARY KEY, a_id INTEGER REFERENCES a (id)); INSERT INTO b VALUES (1, 99);`),
      'foreign_key_violations',
      /\bb\b/,
    ],
    [
      'no-parent-key',
      databaseFile(`CREATE TABLE a (id INTEGER PRIMARY KEY, name TEXT);
        CREATE TABLE b (id INTEGER PRIMARY KEY, a_name TEXT REFERENCES a (name)); INSERT INTO b VALUES (1, 'x');`),
      'foreign_key_violations',
      /cannot be checked/,
    ],
    [
      'double-quoted',
      databaseFile('CREATE TABLE t (id INTEGER PRIMARY KEY, state TEXT CHECK (state IN ("open", "shut")));'),
      'schema_not_portable',
      /double-quoted strings.*\bt\b/,
    ],
  ];
  for (const [slug, bytes, code, says] of cases) {
    await server.createProject(slug);
    const answer = await importDatabase(server, slug, bytes);
    assert.equal(answer.status, 201, `${slug}: ${JSON.stringify(answer.body)}`);
    const { warnings } = answer.body.data.import;
    assert.deepEqual(
      warnings.map((warning: { code: string }) => warning.code),
      [code],
      slug,
    );
    assert.match(warnings[0].message, says);
    assert.match(await exportedSchema(server, slug), /CREATE TABLE/);
    assert.match(await exportedSchema(server, slug, 'json'), /"tables"/);
  }
});

test('a warning has a limited length, however many and long the names are', async () => {
  await using server = await borrowTestServer();
  await server.createProject('names');
  const many = Array.from({ length: 40 }, (_, index) => `CREATE TABLE t${index} (x);`).join('\n');
  const long = `CREATE TABLE "${'n'.repeat(400_000)}" (x);`;

  const answer = await importDatabase(server, 'names', databaseFile(long + many));

  assert.equal(answer.status, 201, answer.body.error?.message);
  for (const { message } of answer.body.data.import.warnings)
    assert.ok(message.length < 2_000, message.length);
});

test('an error message has a limited length, however long the names in the file are', async () => {
  await using server = await borrowTestServer();
  await server.createProject('names');
  const name = 'n'.repeat(400_000);
  const bytes = databaseFile(`CREATE TABLE "${name}" (x NOT NULL); PRAGMA writable_schema = ON;
    UPDATE sqlite_schema SET sql = 'CREATE TABLE nonsense';`);

  const refused = await importDatabase(server, 'names', bytes);

  assert.equal(refused.body.error?.code, 'validation_failed');
  assert.ok(refused.body.error.message.length < 2_000);
});

test('a database with a table of an unknown module is imported with a warning, and is exported', async () => {
  await using server = await borrowTestServer();
  await server.createProject('spatial');
  const bytes = databaseFile(`${BOOKS}
    PRAGMA writable_schema = ON;
    INSERT INTO sqlite_schema (type, name, tbl_name, rootpage, sql)
    VALUES ('table', 'shapes', 'shapes', 0, 'CREATE VIRTUAL TABLE shapes USING nobody_knows(a, b)');`);

  const answer = await importDatabase(server, 'spatial', bytes);

  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  assert.equal(answer.body.data.import.tables, 2);
  assert.equal(answer.body.data.import.rows, 2);
  assert.match(await exportedSchema(server, 'spatial', 'sql'), /nobody_knows/);
  assert.match(await exportedSchema(server, 'spatial', 'json'), /shapes/);
});

test('a full-text index is imported, and counts as one table', async () => {
  await using server = await borrowTestServer();
  await server.createProject('text');
  const bytes = databaseFile(
    `${BOOKS} CREATE VIRTUAL TABLE book_text USING fts5(title); INSERT INTO book_text SELECT title FROM book;`,
  );
  const answer = await importDatabase(server, 'text', bytes);
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  assert.equal(answer.body.data.import.tables, 2);
  assert.equal(answer.body.data.import.rows, 2);
});

/** Versions before 3.7.0 did not update the page count in the header, as the counter beside it shows. */
function ofAnOldSqlite(bytes: Buffer): Buffer {
  bytes.writeUInt32BE(0, 28);
  bytes.writeUInt32BE(0, 92);
  return bytes;
}
