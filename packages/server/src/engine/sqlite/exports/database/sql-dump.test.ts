import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';

import { databaseSnapshot } from '../../../../testing/databases/database-snapshot.ts';
import { writeEdgeCaseDatabase } from '../../../../testing/databases/edge-case-values.ts';
import { musicShops } from '../../../../testing/databases/music-shop.ts';
import { exportedDatabase } from '../../../../testing/http/data-exports.ts';
import { temporaryFolder } from '../../../../testing/system/temporary-folder.ts';
import { runSqliteShell } from '../../../../testing/tools/sqlite-shell.ts';
import { openDatabase } from '../../connection/open-database.ts';

/** Loads a dump with the sqlite3 shell and with a defensive connection with foreign keys on, and returns both copies. */
export function loadDump(folder: string, dump: Buffer): { readonly shell: string; readonly handle: string } {
  const [shell, handle] = [join(folder, 'shell.db'), join(folder, 'handle.db')];
  runSqliteShell(shell, dump.toString('utf8'));
  const database = openDatabase(handle, { mode: 'read-write' });
  database.exec(dump.toString('utf8'));
  database.close();
  return { shell, handle };
}

function snapshotOf(path: string): unknown {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const { tables, ...rest } = databaseSnapshot(database);
    return { tables: [...tables], ...rest };
  } finally {
    database.close();
  }
}

for (const shop of musicShops) {
  test(`given ${shop.name}, its dump loads into the sqlite3 shell and a defensive connection with every row and index, and their dumps are the same`, async () => {
    using folder = temporaryFolder();
    const dump = await exportedDatabase(shop.path, { format: 'sql' });
    assert.deepEqual([dump.tableCount, dump.rowCount, dump.warnings], [11, 15_607, []]);
    const copies = loadDump(folder.path, dump.bytes);
    for (const copy of Object.values(copies)) {
      assert.deepEqual(snapshotOf(copy), snapshotOf(shop.path));
      assert.deepEqual((await exportedDatabase(copy, { format: 'sql' })).bytes, dump.bytes);
    }
  });
}

for (const encoding of ['UTF-8', 'UTF-16le', 'UTF-16be']) {
  test(`given edge-case values in ${encoding}, each keeps its type and its bytes`, async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'worst.db');
    writeEdgeCaseDatabase(path, { encoding, damaged: encoding === 'UTF-8' });
    const dump = await exportedDatabase(path, { format: 'sql' });
    assert.deepEqual(dump.warnings, []);
    assert.ok(!dump.bytes.includes('a secret of the service'));
    const copies = loadDump(folder.path, dump.bytes);
    for (const copy of Object.values(copies)) {
      assert.deepEqual(exactRows(copy), exactRows(path));
      assert.deepEqual(settingsOf(copy), settingsOf(path));
      assert.deepEqual((await exportedDatabase(copy, { format: 'sql' })).bytes, dump.bytes);
      assert.equal(runSqliteShell(copy, 'PRAGMA integrity_check; PRAGMA foreign_key_check;'), 'ok\n');
    }
  });
}

/** The type and bytes of every value of every table. JavaScript distinguishes −0.0 from 0.0; SQL cannot. */
function exactRows(path: string): unknown {
  const database = openDatabase(path, { mode: 'read-only' });
  try {
    return ROWS_OF.map((source) => {
      const statement = database.prepare(`SELECT * FROM ${source}`);
      statement.setReturnArrays(true);
      statement.setReadBigInts(true);
      const names = statement.columns().map(({ name }) => `"${name.replaceAll('"', '""')}"`);
      const types = names.map((name) => `typeof(${name}) || ' ' || hex(${name})`).join(" || ' ' || ");
      const bytes = database.prepare(`SELECT ${types} AS bytes FROM (SELECT * FROM ${source})`).all();
      return { source, values: statement.all(), bytes: bytes.map((row) => row['bytes']) };
    });
  } finally {
    database.close();
  }
}

const ROWS_OF = [
  'worst ORDER BY id',
  '(SELECT rowid, * FROM "Order ""Details""")',
  'keyed',
  '(SELECT rowid, * FROM named)',
  '(SELECT rowid, * FROM exact)',
  'child',
  'log',
  'empty',
  '(SELECT rowid, * FROM words)',
  "(SELECT rowid, * FROM words WHERE words MATCH 'world')",
  "(SELECT rowid FROM named_words WHERE named_words MATCH 'd')",
  'named_words_config',
  'boxes',
  'sqlite_sequence',
];

function settingsOf(path: string): string {
  return runSqliteShell(path, 'PRAGMA encoding; PRAGMA user_version; PRAGMA application_id;');
}

test('given rows that exceed the maximum size of a chunk, the dump has each of them', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'large.db');
  // 64 rows, which are read first, of 300 kB, then small ones, then one of 30 MB among small ones.
  runSqliteShell(
    path,
    `CREATE TABLE t (id INTEGER PRIMARY KEY, b BLOB);
     WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000)
     INSERT INTO t SELECT i, zeroblob(CASE WHEN i < 65 THEN 300000 WHEN i = 5000 THEN 30000000 ELSE i % 50 END) FROM n;`,
  );
  const dump = await exportedDatabase(path, { format: 'sql' });
  assert.equal(dump.rowCount, 6_000);
  const copy = join(folder.path, 'copy.db');
  runSqliteShell(copy, dump.bytes.toString('latin1'));
  const sums = 'SELECT count(*), sum(length(b)), sum(id * length(b)) FROM t;';
  assert.equal(runSqliteShell(copy, sums), runSqliteShell(path, sums));
});

test('given excluded tables, everything that depends on them is excluded, too, and named in a warning', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'parts.db');
  runSqliteShell(
    path,
    `CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (id INTEGER PRIMARY KEY, a_id REFERENCES a (id));
     CREATE INDEX b_a ON b (a_id); CREATE VIEW only_b AS SELECT * FROM b; CREATE VIEW both AS SELECT * FROM a JOIN b;
     CREATE VIEW over_both AS SELECT * FROM both;
     CREATE TRIGGER b_touches_a AFTER INSERT ON b BEGIN DELETE FROM a; END;
     CREATE TRIGGER b_alone AFTER INSERT ON b BEGIN DELETE FROM b WHERE id = new.id + 1; END;
     INSERT INTO a VALUES (1); INSERT INTO b VALUES (2, 1);`,
  );
  const dump = await exportedDatabase(path, { format: 'sql', exclude: ['A'] });
  assert.deepEqual(dump.warnings, [
    'omitted, because they depend on tables that are not exported: view both, view over_both, trigger b_touches_a',
    'foreign keys reference tables that are not exported: table b',
  ]);
  const { shell } = loadDump(folder.path, dump.bytes);
  const names = "SELECT group_concat(name, ' ') FROM (SELECT name FROM sqlite_schema ORDER BY name);";
  assert.equal(runSqliteShell(shell, names), 'b b_a b_alone only_b\n');
});

test('given a full-text table without content, a warning names what is lost', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'contentless.db');
  runSqliteShell(
    path,
    "CREATE VIRTUAL TABLE w USING fts5 (word, content = ''); INSERT INTO w (rowid, word) VALUES (1, 'a');",
  );
  const dump = await exportedDatabase(path, { format: 'sql' });
  assert.deepEqual(dump.warnings, [
    'exported without content, because the content of these tables cannot be read: virtual table w',
  ]);
  loadDump(folder.path, dump.bytes);
});
