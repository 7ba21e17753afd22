import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { openDatabaseFiles, openFilesUnknown } from '../../../testing/system/open-files.ts';
import { temporaryFolder } from '../../../testing/system/temporary-folder.ts';
import { runSqliteShell } from '../../../testing/tools/sqlite-shell.ts';
import { OpenDatabases } from './open-databases.ts';

const skip = openFilesUnknown;

test('opening more databases than the limit closes the least recently used one', { skip }, () => {
  using folder = temporaryFolder();
  const paths = ['a', 'b', 'c'].map((name) => join(folder.path, `${name}.sqlite`));
  for (const path of paths) runSqliteShell(path, 'CREATE TABLE t (x);');
  const [a = '', b = '', c = ''] = paths;
  const databases = new OpenDatabases(2, { mode: 'read-only' });
  const use = (path: string) => databases.get(path).prepare('SELECT count(*) FROM t').get();

  use(a);
  use(b);
  assert.deepEqual(new Set(openDatabaseFiles(folder.path)), new Set([a, b]));
  use(a);
  use(c);
  assert.deepEqual(new Set(openDatabaseFiles(folder.path)), new Set([a, c]), 'b was unused for longest');
  assert.equal(databases.size, 2);
  use(b);
  assert.deepEqual(new Set(openDatabaseFiles(folder.path)), new Set([c, b]));

  databases.close(c);
  databases.close(c);
  assert.deepEqual(new Set(openDatabaseFiles(folder.path)), new Set([b]));
  databases.closeAll();
  assert.deepEqual(new Set(openDatabaseFiles(folder.path)), new Set());
  use(a);
  databases.closeAll();
});

test('a database that cannot be opened does not count, and closes no other', { skip }, () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'there.sqlite');
  runSqliteShell(path, 'CREATE TABLE t (x);');
  const databases = new OpenDatabases(1, { mode: 'read-only' });
  databases.get(path);
  for (let attempt = 0; attempt < 3; attempt++) {
    assert.throws(() => databases.get(join(folder.path, 'none.sqlite')), { errcode: 14 });
  }
  assert.deepEqual(new Set(openDatabaseFiles(folder.path)), new Set([path]));
  databases.closeAll();
});

test('a file that is not a database is closed again', { skip }, () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'other.sqlite');
  writeFileSync(path, 'no database '.repeat(1_000));
  for (const mode of ['read-write', 'read-only'] as const) {
    const databases = new OpenDatabases(1, { mode });
    assert.throws(() => databases.get(path).exec('SELECT 1 FROM sqlite_schema'), { errcode: 26 });
    databases.closeAll();
    assert.deepEqual(openDatabaseFiles(folder.path), []);
  }
});
