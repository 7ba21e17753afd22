import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';

import { openShell } from '../../../testing/system/open-shell.ts';
import { temporaryFolder } from '../../../testing/system/temporary-folder.ts';
import { runSqliteShell } from '../../../testing/tools/sqlite-shell.ts';
import { replaceDatabase } from './replace-database.ts';

const report = { tables: 1, rows: 1, warnings: [], sizeBytes: 1, replaced: true };
const kept = { request: null, report };

/** A database as after a crash: its rows are only in the log. */
function crashedDatabase(folder: string): string {
  const path = join(folder, 'database.sqlite');
  const live = join(folder, 'live');
  const database = new DatabaseSync(live);
  database.exec('PRAGMA journal_mode = WAL; CREATE TABLE old (a); PRAGMA wal_checkpoint(TRUNCATE)');
  database.exec('INSERT INTO old VALUES (1), (2), (3)');
  for (const suffix of ['', '-wal']) copyFileSync(live + suffix, path + suffix);
  database.close();
  return path;
}

function newDatabase(folder: string): string {
  const path = join(folder, 'upload.sqlite');
  runSqliteShell(path, 'PRAGMA journal_mode = WAL; CREATE TABLE new (b); INSERT INTO new VALUES (9);');
  return path;
}

test('given rows that are only in the log, they are kept if the new file cannot be opened', () => {
  using folder = temporaryFolder();
  const path = crashedDatabase(folder.path);
  const uploadPath = join(folder.path, 'upload.sqlite');
  assert.ok(statSync(`${path}-wal`).size > 0);

  assert.throws(() => replaceDatabase({ path, uploadPath, ...kept }), { code: 'ENOENT' });
  mkdirSync(uploadPath);
  assert.throws(() => replaceDatabase({ path, uploadPath, ...kept }), /unable to open database file/);

  assert.equal(runSqliteShell(path, 'PRAGMA integrity_check; SELECT count(*) FROM old;'), 'ok\n3\n');
});

test('given a log that another program is using, the files beside the database are unchanged', async () => {
  using folder = temporaryFolder();
  const path = crashedDatabase(folder.path);
  const uploadPath = newDatabase(folder.path);
  await using shell = openShell(path);
  assert.equal(await shell.run('BEGIN; SELECT count(*) FROM old;'), '3');
  const { size } = statSync(`${path}-wal`);
  assert.throws(() => replaceDatabase({ path, uploadPath, ...kept }), { code: 'unavailable' });
  assert.equal(statSync(`${path}-wal`).size, size);
  assert.ok(statSync(uploadPath).size > 0, 'whoever uploaded it removes it');
});

test('given a database with a log, the new one replaces it and no file is left beside it', () => {
  using folder = temporaryFolder();
  const path = crashedDatabase(folder.path);
  replaceDatabase({ path, uploadPath: newDatabase(folder.path), ...kept });
  assert.deepEqual(
    readdirSync(folder.path).filter((name) => name !== 'live'),
    ['database.sqlite'],
  );
  assert.equal(runSqliteShell(path, 'PRAGMA integrity_check; SELECT b FROM new;'), 'ok\n9\n');
});

for (const [what, leave] of [
  ['is no database', (path: string) => writeFileSync(path, 'x'.repeat(8192))],
  ['is not there', () => undefined],
] as const) {
  test(`given a file that ${what}, the files beside it are removed, so that they are not applied to the new one`, () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'database.sqlite');
    leave(path);
    for (const suffix of ['-wal', '-shm', '-journal']) writeFileSync(path + suffix, 'left');
    replaceDatabase({ path, uploadPath: newDatabase(folder.path), ...kept });
    assert.deepEqual(readdirSync(folder.path), ['database.sqlite']);
    assert.equal(runSqliteShell(path, 'PRAGMA integrity_check; SELECT b FROM new;'), 'ok\n9\n');
  });
}
