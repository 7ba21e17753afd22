import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { writeEdgeCaseDatabase } from '../../../../testing/databases/edge-case-values.ts';
import { musicShops } from '../../../../testing/databases/music-shop.ts';
import { exportedDatabase } from '../../../../testing/http/data-exports.ts';
import { temporaryFolder } from '../../../../testing/system/temporary-folder.ts';
import { runSqliteShell } from '../../../../testing/tools/sqlite-shell.ts';

const DUMP = '.dump\nPRAGMA user_version; PRAGMA application_id; PRAGMA encoding;';

for (const shop of musicShops) {
  test(`given ${shop.name}, the sqlite3 shell reads the same database from the copy`, async () => {
    using folder = temporaryFolder();
    const { bytes, sha256, sizeBytes, rowCount, tableCount } = await exportedDatabase(shop.path, {
      format: 'sqlite',
    });
    assert.deepEqual([rowCount, tableCount], [15_607, 11]);
    assert.deepEqual(
      [sizeBytes, sha256],
      [bytes.byteLength, createHash('sha256').update(bytes).digest('hex')],
    );
    const copy = join(folder.path, 'copy.sqlite');
    writeFileSync(copy, bytes);
    assert.equal(runSqliteShell(copy, DUMP), runSqliteShell(shop.path, DUMP));
  });
}

test('given a database with free pages, a log, and tables of the service, the copy has none of them', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'worst.db');
  writeEdgeCaseDatabase(path, { damaged: true });
  runSqliteShell(
    path,
    `PRAGMA journal_mode = WAL; CREATE TABLE gone (b); INSERT INTO gone VALUES (zeroblob(1000000)); DROP TABLE gone;
     INSERT INTO child VALUES (77, 1);`,
  );
  const { bytes, warnings } = await exportedDatabase(path, { format: 'sqlite' });
  assert.deepEqual(warnings, []);
  assert.ok(bytes.byteLength < 1_000_000);
  assert.ok(!bytes.includes('a secret of the service') && !bytes.includes('rowhouse'));
  const copy = join(folder.path, 'copy.sqlite');
  writeFileSync(copy, bytes);
  assert.equal(
    runSqliteShell(copy, 'PRAGMA integrity_check; PRAGMA freelist_count; PRAGMA journal_mode;'),
    'ok\n0\ndelete\n',
  );
  assert.equal(runSqliteShell(copy, 'SELECT id FROM child;'), '1\n2\n77\n');
  // VACUUM moves entries without pages to the end of the schema.
  runSqliteShell(path, 'DROP TABLE _rowhouse_tables; VACUUM;');
  assert.equal(runSqliteShell(copy, DUMP), runSqliteShell(path, DUMP));
});

test('given excluded tables, the file contains no trace of them, and what depends on them is dropped', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'parts.db');
  runSqliteShell(
    path,
    `CREATE TABLE kept (id INTEGER PRIMARY KEY AUTOINCREMENT, secret_id REFERENCES secrets (id)); CREATE TABLE secrets (id INTEGER PRIMARY KEY, s);
     CREATE VIEW both AS SELECT * FROM kept JOIN secrets; CREATE VIEW alone AS SELECT * FROM kept;
     CREATE TRIGGER t AFTER INSERT ON kept BEGIN DELETE FROM secrets; END;
     INSERT INTO secrets VALUES (1, 'nobody may see this'); INSERT INTO kept VALUES (5, 1);
     CREATE VIRTUAL TABLE words USING fts5 (w); INSERT INTO words VALUES ('a word nobody may see');`,
  );
  const { bytes, tableCount, warnings } = await exportedDatabase(path, {
    format: 'sqlite',
    include: ['KEPT'],
  });
  assert.equal(tableCount, 1);
  assert.match(warnings[0] ?? '', /^omitted.*view both, trigger t/);
  assert.ok(!bytes.includes('may see'));
  const copy = join(folder.path, 'copy.sqlite');
  writeFileSync(copy, bytes);
  const names =
    "SELECT group_concat(name, ' ') FROM (SELECT name FROM sqlite_schema ORDER BY name); PRAGMA integrity_check; PRAGMA freelist_count;";
  assert.equal(runSqliteShell(copy, names), 'alone kept sqlite_sequence\nok\n0\n');
  assert.equal(runSqliteShell(copy, 'SELECT * FROM alone; SELECT * FROM sqlite_sequence;'), '5|1\nkept|5\n');
});
