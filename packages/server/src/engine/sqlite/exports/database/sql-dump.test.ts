import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';

import { databaseSnapshot } from '../../../../testing/databases/database-snapshot.ts';
import { writeEdgeCaseDatabase } from '../../../../testing/databases/edge-case-values.ts';
import { loadDump } from '../../../../testing/databases/loaded-dump.ts';
import { musicShops } from '../../../../testing/databases/music-shop.ts';
import { exportedDatabase } from '../../../../testing/http/data-exports.ts';
import { temporaryFolder } from '../../../../testing/system/temporary-folder.ts';
import { runSqliteShell } from '../../../../testing/tools/sqlite-shell.ts';
import { openDatabase } from '../../connection/open-database.ts';

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

test('given rows that break a CHECK, the dump loads with each of them', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'unchecked.db');
  runSqliteShell(
    path,
    `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT CHECK (length(a) < 3)); PRAGMA ignore_check_constraints = ON;
     INSERT INTO t VALUES (1, 'long'), (2, 'ok');`,
  );
  const dump = await exportedDatabase(path, { format: 'sql' });
  assert.deepEqual(dump.warnings, []);
  for (const copy of Object.values(loadDump(folder.path, dump.bytes))) {
    assert.equal(runSqliteShell(copy, 'SELECT a FROM t;'), 'long\nok\n');
    assert.deepEqual((await exportedDatabase(copy, { format: 'sql' })).bytes, dump.bytes);
  }
});

test('given rows that break NOT NULL, a warning names their table', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'null.db');
  runSqliteShell(
    path,
    `.dbconfig defensive off
     CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO t VALUES (1, NULL); PRAGMA writable_schema = ON;
     UPDATE sqlite_schema SET sql = replace(sql, 'TEXT', 'TEXT NOT NULL');`,
  );
  const dump = await exportedDatabase(path, { format: 'sql' });
  assert.deepEqual(dump.warnings, [
    'rows do not load as they are, because values break NOT NULL or do not have the type of their column: table t',
  ]);
});

test('given a trigger that names an attached database, the dump has it without that name, and fires it', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'attached.db');
  runSqliteShell(
    path,
    `.dbconfig defensive off
     CREATE TABLE t (a); CREATE TABLE log (a); CREATE TRIGGER r AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.a); END;
     INSERT INTO t VALUES (1); PRAGMA writable_schema = ON;
     UPDATE sqlite_schema SET sql = replace(sql, 'ON t', 'ON /* x */ "attached" . t');`,
  );
  const dump = await exportedDatabase(path, { format: 'sql' });
  assert.deepEqual(dump.warnings, ['written without the database before the name of the table: trigger r']);
  const { shell } = loadDump(folder.path, dump.bytes);
  assert.equal(runSqliteShell(shell, 'INSERT INTO t VALUES (2); SELECT * FROM log;'), '1\n2\n');
});

test('what SQLite lacks here comes last, so that the rest loads even if the loader stops at its first error', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'foreign.db');
  runSqliteShell(
    path,
    `.dbconfig defensive off
     CREATE TABLE a (id INTEGER PRIMARY KEY, n TEXT COLLATE NOCASE); CREATE TABLE z (id INTEGER PRIMARY KEY AUTOINCREMENT, n TEXT);
     CREATE INDEX i ON z (n); CREATE INDEX j ON z (upper(n)); INSERT INTO a VALUES (1, 'a'); INSERT INTO z VALUES (7, 'z');
     CREATE TABLE v_rows (id INTEGER PRIMARY KEY, chunk BLOB); INSERT INTO v_rows VALUES (3, x'00');
     PRAGMA writable_schema = ON;
     UPDATE sqlite_schema SET sql = replace(replace(sql, 'NOCASE', 'LOCALIZED'), 'upper', 'st_upper');
     INSERT INTO sqlite_schema VALUES ('table', 'v', 'v', 0, 'CREATE VIRTUAL TABLE v USING vec0(e float[4])');`,
  );
  const dump = await exportedDatabase(path, { format: 'sql' });
  const text = dump.bytes.toString('utf8');
  assert.match(
    dump.warnings.join('\n'),
    /table a, index j, virtual table v .*LOCALIZED; no such function: st_upper; no such module: vec0/,
  );
  assert.match(text, /^-- table a: no such collation sequence: LOCALIZED$/m);
  const copy = join(folder.path, 'copy.db');
  assert.throws(() => runSqliteShell(copy, text), /no such collation sequence/);
  const loaded =
    'SELECT group_concat(name) FROM sqlite_schema; SELECT * FROM z; SELECT hex(chunk) FROM v_rows;';
  assert.equal(runSqliteShell(copy, loaded), 'v_rows,z,sqlite_sequence,i,v\n7|z\n00\n');
  const stopped = join(folder.path, 'stopped.db');
  assert.throws(() => runSqliteShell(stopped, `.bail on\n${text}`), /no such collation sequence/);
  assert.equal(runSqliteShell(stopped, loaded), 'v_rows,z,sqlite_sequence,i\n7|z\n00\n');
});

test('given excluded tables, a full-text table that reads one of them and its vocabulary are excluded, too', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'words.db');
  runSqliteShell(
    path,
    `CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('one'); CREATE TABLE other (b); CREATE VIEW v AS SELECT rowid, a FROM t;
     CREATE VIRTUAL TABLE f USING fts5 (a, content = 't'); CREATE VIRTUAL TABLE words USING fts5vocab (f, row);
     CREATE VIRTUAL TABLE g USING fts4 (content="v"); CREATE VIRTUAL TABLE own USING fts5 (a); INSERT INTO f (f) VALUES ('rebuild');`,
  );
  const omitted =
    'omitted, because they depend on tables that are not exported: virtual table f, virtual table g, virtual table words and 1 more';
  const dump = await exportedDatabase(path, { format: 'sql', exclude: ['t'] });
  assert.deepEqual(dump.warnings, [omitted]);
  const copy = await exportedDatabase(path, { format: 'sqlite', exclude: ['t'] });
  assert.deepEqual(copy.warnings, [omitted]);
  const { shell } = loadDump(folder.path, dump.bytes);
  const file = join(folder.path, 'copy.db');
  writeFileSync(file, copy.bytes);
  for (const loaded of [shell, file]) {
    const names =
      "SELECT group_concat(name) FROM (SELECT name FROM sqlite_schema WHERE name NOT LIKE 'own%' ORDER BY name);";
    assert.equal(runSqliteShell(loaded, names), 'other\n');
  }
});

test('an FTS4 table keeps the language of each row', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'languages.db');
  runSqliteShell(
    path,
    `CREATE VIRTUAL TABLE f USING fts4 (a, languageid="lang");
     INSERT INTO f (docid, a, lang) VALUES (4, 'one', 0), (9, 'two', 3);`,
  );
  const dump = await exportedDatabase(path, { format: 'sql' });
  const { shell } = loadDump(folder.path, dump.bytes);
  const rows = "SELECT docid, a, lang FROM f; SELECT docid FROM f WHERE f MATCH 'two' AND lang = 3;";
  assert.equal(runSqliteShell(shell, rows), '4|one|0\n9|two|3\n9\n');
});
