import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';

import { jsonFormat } from '../../../../schema/formats/json.ts';
import { sqlFormat } from '../../../../schema/formats/sql.ts';
import type { OrdinaryTable } from '../../../../schema/model.ts';
import { assertRoundTrip, databaseWith, storedRows } from '../../../../testing/databases/schema-copies.ts';
import { temporaryFolder } from '../../../../testing/system/temporary-folder.ts';
import { assertValidDocument } from '../../../../testing/tools/schema-document.ts';
import { runSqliteShell } from '../../../../testing/tools/sqlite-shell.ts';
import { openDatabase } from '../../connection/open-database.ts';
import { readSchema } from '../../introspection/read-schema.ts';
import { renderSchemaExport } from './render-schema.ts';

test('given children created before their parents, a view, triggers and an index, each comes after what it depends on', () => {
  using database = databaseWith(`
    CREATE TABLE a_child(id INTEGER PRIMARY KEY, p REFERENCES Z_PARENT);
    CREATE TABLE z_parent(id INTEGER PRIMARY KEY);
    CREATE INDEX a_index ON a_child(p);
    CREATE VIEW a_view AS SELECT * FROM a_child;
    CREATE TRIGGER a_trigger INSTEAD OF INSERT ON a_view BEGIN SELECT 1; END;
    CREATE VIRTUAL TABLE a_search USING fts5(x);`);
  const made = sqlOf(database).match(/(?<=^CREATE (?:VIRTUAL TABLE|TABLE|VIEW|INDEX|TRIGGER) )\w+/gm);
  assert.deepEqual(made, ['z_parent', 'a_child', 'a_view', 'a_search', 'a_index', 'a_trigger']);
  assertRoundTrip(database);
});

test('given a cycle of foreign keys, the cycle is cut by name and loads', () => {
  using database = databaseWith(
    'CREATE TABLE c(x REFERENCES a); CREATE TABLE b(x REFERENCES c, y REFERENCES b); CREATE TABLE a(x REFERENCES b);',
  );
  assert.deepEqual(sqlOf(database).match(/(?<=^CREATE TABLE )\w+/gm), ['c', 'b', 'a']);
  assertRoundTrip(database);
});

test('given two databases with the same tables created in a different order, the bytes are the same', () => {
  using one = databaseWith('CREATE TABLE b(x); CREATE TABLE a(x REFERENCES b); CREATE INDEX i ON a(x);');
  using other = databaseWith('CREATE TABLE a(x REFERENCES b); CREATE INDEX i ON a(x); CREATE TABLE b(x);');
  assert.equal(sqlOf(one), sqlOf(other));
  assert.equal(jsonOf(one), jsonOf(other));
});

test('given reserved tables of SQLite and of the service, neither they nor what belongs to them are exported', () => {
  using database = databaseWith(`
    CREATE TABLE counted(id INTEGER PRIMARY KEY AUTOINCREMENT);
    CREATE INDEX counted_index ON counted(id);
    CREATE TABLE _rowhouse_tables(id INTEGER PRIMARY KEY, x);
    CREATE INDEX innocent_name ON _rowhouse_tables(x);
    CREATE TRIGGER innocent_too AFTER INSERT ON _RowHouse_tables BEGIN SELECT 1; END;
    INSERT INTO counted DEFAULT VALUES;
    ANALYZE;`);
  for (const text of [sqlOf(database), jsonOf(database)]) {
    assert.doesNotMatch(text, /sqlite_|_rowhouse_|innocent/i);
    assert.match(text, /AUTOINCREMENT/);
  }
});

test('given full-text and R-Tree tables, they load in a defensive connection, without their shadow tables', () => {
  using database = databaseWith(`
    CREATE TABLE docs(id INTEGER PRIMARY KEY, title, body);
    CREATE VIRTUAL TABLE five USING fts5(title, body, content='docs', content_rowid='id', tokenize = "porter ascii");
    CREATE VIRTUAL TABLE three USING fts3(title, body);
    CREATE VIEW docs_view AS SELECT id, title FROM docs;
    CREATE VIRTUAL TABLE four USING fts4(content="docs_view");
    CREATE VIRTUAL TABLE box USING rtree(id, x0, x1, +label TEXT);
    CREATE VIRTUAL TABLE terms USING fts5vocab(five, 'row');
    CREATE TRIGGER docs_in AFTER INSERT ON docs BEGIN INSERT INTO five(rowid, title) VALUES (new.id, new.title); END;`);
  assert.doesNotMatch(sqlOf(database), /_idx|_segdir|_node|_docsize/);
  assertRoundTrip(database);
  const five = readSchema(database).tables.find((table) => table.name === 'five');
  assert.ok(five?.kind === 'virtual');
  assert.equal(five.module, 'fts5');
  assert.deepEqual(five.arguments, [
    'title',
    'body',
    "content='docs'",
    "content_rowid='id'",
    'tokenize = "porter ascii"',
  ]);
  assert.deepEqual(
    five.columns?.map(({ name, hidden }) => [name, hidden]),
    [
      ['title', false],
      ['body', false],
      ['five', true],
      ['rank', true],
    ],
  );
});

test('given user_version, application_id and UTF-16, a loaded export has the same values', () => {
  using database = databaseWith(
    "PRAGMA encoding = 'UTF-16be'; CREATE TABLE a(x); PRAGMA user_version = -3; PRAGMA application_id = 1196444487;",
  );
  assertRoundTrip(database);
  using copy = databaseWith(sqlOf(database));
  assert.deepEqual({ ...copy.prepare('PRAGMA encoding').get() }, { encoding: 'UTF-16be' });
  assert.deepEqual({ ...copy.prepare('PRAGMA user_version').get() }, { user_version: -3 });
  assert.deepEqual({ ...copy.prepare('PRAGMA application_id').get() }, { application_id: 1_196_444_487 });
});

test('given texts that end in comments, the semicolon is outside the comment, and repeated exports are the same', () => {
  using database = databaseWith('CREATE TABLE t(a -- first\n)');
  database.exec('CREATE VIEW v1 AS SELECT 1 -- note');
  database.exec('CREATE VIEW v2 AS SELECT 1 /* note */');
  database.exec('CREATE INDEX i1 ON t(a) -- note\n;');
  assertRoundTrip(database);
  database.exec('CREATE INDEX i2 ON t(a) -- no newline');
  database.exec('CREATE VIEW v3 AS SELECT 1 /* never closed');
  assertRoundTrip(database, 'may-differ');
});

test('given every clause that only the stored text has, the export has it verbatim', () => {
  const table = `CREATE TABLE t(
    a INTEGER PRIMARY KEY ON CONFLICT REPLACE AUTOINCREMENT,
    b TEXT COLLATE NOCASE COLLATE RTRIM CONSTRAINT short CHECK (length(b) < 9) NOT NULL ON CONFLICT IGNORE,
    c INT GENERATED ALWAYS AS (a * 2) STORED,
    d AS (b || ')') VIRTUAL UNIQUE ON CONFLICT FAIL,
    e REFERENCES t DEFERRABLE INITIALLY DEFERRED
    , CONSTRAINT wide UNIQUE (b COLLATE BINARY DESC, e) CHECK (a > 0) FOREIGN KEY (e) REFERENCES t(a) ON DELETE CASCADE
  )`;
  using database = databaseWith(`${table}; CREATE TABLE s(k ANY PRIMARY KEY) STRICT, WITHOUT ROWID;`);
  assert.ok(sqlOf(database).includes(`${table};\n`));
  assertRoundTrip(database);
  const read = ordinaryTable(database, 't');
  assert.equal(read.autoincrement, true);
  assert.equal(read.primaryKey?.onConflict, 'REPLACE');
  assert.deepEqual(
    read.columns.map(({ name, collation, generated }) => [name, collation, generated?.expression ?? null]),
    [
      ['a', 'BINARY', null],
      ['b', 'RTRIM', null],
      ['c', 'BINARY', 'a * 2'],
      ['d', 'BINARY', "b || ')'"],
      ['e', 'BINARY', null],
    ],
  );
  assert.equal(read.columns[1]?.notNullOnConflict, 'IGNORE');
  assert.deepEqual(read.checks, [
    { name: 'short', expression: 'length(b) < 9' },
    { name: null, expression: 'a > 0' },
  ]);
  assert.deepEqual(read.uniques[1], {
    name: 'wide',
    columns: [
      { name: 'b', order: 'DESC', collation: 'BINARY' },
      { name: 'e', order: 'ASC', collation: 'BINARY' },
    ],
    onConflict: null,
  });
  assert.deepEqual(
    read.foreignKeys.map(({ columns, referencedColumns, onDelete, deferral }) => [
      columns,
      referencedColumns,
      onDelete,
      deferral,
    ]),
    [
      [['e'], ['a'], 'NO ACTION', 'INITIALLY DEFERRED'],
      [['e'], ['a'], 'CASCADE', 'NOT DEFERRABLE'],
    ],
  );
  const strict = ordinaryTable(database, 's');
  assert.deepEqual([strict.strict, strict.withoutRowid, strict.columns[0]?.affinity], [true, true, 'BLOB']);
});

test('given automatic, partial and expression indexes, SQL omits the automatic ones and JSON has all', () => {
  using database = databaseWith(`
    CREATE TABLE t(a TEXT PRIMARY KEY, b UNIQUE, "desc");
    CREATE UNIQUE INDEX i ON t(lower(a) COLLATE nocase DESC, ("desc"), b ASC) WHERE b > ';' -- note
    ;`);
  assert.doesNotMatch(sqlOf(database), /autoindex/);
  assertRoundTrip(database);
  const [created, ...automatic] = ordinaryTable(database, 't').indexes;
  assert.deepEqual(
    automatic.map(({ origin, sql }) => [origin, sql]),
    [
      ['primary_key', null],
      ['unique', null],
    ],
  );
  assert.equal(created?.where, "b > ';'");
  assert.deepEqual(created.columns, [
    { kind: 'expression', expression: 'lower(a) COLLATE nocase', order: 'DESC', collation: 'nocase' },
    { kind: 'column', name: 'desc', order: 'ASC', collation: 'BINARY' },
    { kind: 'column', name: 'b', order: 'ASC', collation: 'BINARY' },
  ]);
});

test('given triggers of all kinds, JSON has their parts, and those of one table keep their order', () => {
  using database = databaseWith(`
    CREATE TABLE t(a, begin); CREATE VIEW v AS SELECT * FROM t;
    CREATE TRIGGER zuerst BEFORE UPDATE OF a, "begin" ON T FOR EACH ROW WHEN new.begin IS NOT old.begin BEGIN SELECT 1; END;
    CREATE TRIGGER danach DELETE ON t BEGIN SELECT 'END;'; END;
    CREATE TRIGGER statt INSTEAD OF INSERT ON v BEGIN INSERT INTO t VALUES (new.a, 1); END;`);
  assert.ok(sqlOf(database).indexOf('zuerst') < sqlOf(database).indexOf('danach'));
  assertRoundTrip(database);
  assert.deepEqual(
    readSchema(database).triggers.map(({ name, order, parts }) => [name, order, parts]),
    [
      ['danach', 2, { timing: 'BEFORE', event: 'DELETE', updateOf: [], when: null }],
      ['statt', 1, { timing: 'INSTEAD OF', event: 'INSERT', updateOf: [], when: null }],
      [
        'zuerst',
        1,
        {
          timing: 'BEFORE',
          event: 'UPDATE',
          updateOf: ['a', 'begin'],
          when: 'new.begin IS NOT old.begin',
        },
      ],
    ],
  );
});

test('given DDL with double-quoted strings, a warning names exactly their tables and indexes', () => {
  using database = openDatabase(':memory:', { mode: 'read-write', doubleQuotedStrings: true });
  database.exec(`
    CREATE TABLE legacy("a" TEXT CHECK ("a" <> "none"));
    CREATE TABLE "fine"("a" TEXT CHECK ("a" <> 'none'), "b" DEFAULT "text");
    CREATE INDEX odd ON "fine"("a", "no such column");
    CREATE INDEX partial ON "fine"("a") WHERE "a" <> "x";
    CREATE INDEX good ON "fine"("a") WHERE "b" > 1;`);
  assert.deepEqual(renderSchemaExport(database, sqlFormat).warnings, [
    'the SQL does not load if double-quoted strings are disabled: table legacy, index odd, index partial',
  ]);
});

test('given lines of only "/" or "go", which end a statement in the sqlite3 shell, the export loads and has a warning', () => {
  using database = databaseWith('CREATE TABLE t(a)');
  for (const [position, text] of [
    '4\n/\n2',
    '4\n \n /* x */ \n  / -- half\n2',
    '4 -- note\n\n/\n2',
    '4 -- note\n/\n2',
    "'\n/\n' /*\ngo\n*/",
    '1 AS\nGO\n, 2 AS gone\n, 3 AS x',
  ].entries()) {
    database.exec(`CREATE VIEW v${position} AS SELECT ${text} FROM t`);
  }
  database.exec('CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 4\n/\n2; END');
  assertRoundTrip(database, 'may-differ');
  const { text, warnings } = renderSchemaExport(database, sqlFormat);
  assert.ok(text.includes('SELECT 4 /\n2 FROM t;'));
  assert.ok(text.includes("SELECT '\n/\n' /*\ngo\n*/ FROM t;"));
  assert.ok(text.includes('SELECT 4\n/\n2; END;'));
  assert.match(warnings.join(), /a line of only .* view v0, view v1, view v2 and 1 more$/);
});

test('given CR LF in a statement, it is kept and a warning describes what the sqlite3 shell does with it', () => {
  using database = databaseWith('CREATE TABLE t(\r\n a)');
  const { text, warnings } = renderSchemaExport(database, sqlFormat);
  assert.ok(text.includes('CREATE TABLE t(\r\n a);'));
  assert.deepEqual(warnings, ['the sqlite3 shell reads CR LF inside the SQL as LF: table t']);
  using copy = databaseWith(text);
  assert.deepEqual(storedRows(copy), storedRows(database));
});

test('given a forged file with text after a statement, only the part that SQLite reads is exported', () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'forged.db');
  runSqliteShell(
    path,
    `.dbconfig defensive off
    CREATE TABLE t(a); CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; END;
    PRAGMA writable_schema = ON;
    UPDATE sqlite_schema SET sql = sql || ';' || char(10) || '.shell touch stolen' || char(10) || 'DROP TABLE t;';`,
  );
  using database = openDatabase(path, { mode: 'read-only' });
  assert.doesNotMatch(sqlOf(database) + jsonOf(database), /stolen|DROP/);
  assert.match(
    sqlOf(database),
    /CREATE TABLE t\(a\);\nCREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; END;\n/,
  );
});

test('given a view of a missing table and a virtual table of an unknown module, only their columns are missing', () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'broken.db');
  runSqliteShell(
    path,
    `.dbconfig defensive off
    CREATE TABLE t(a); CREATE VIEW good AS SELECT a AS b FROM t; CREATE VIEW broken AS SELECT * FROM missing;
    CREATE VIEW circle AS SELECT * FROM circle2; CREATE VIEW circle2 AS SELECT * FROM circle;
    PRAGMA writable_schema = ON;
    INSERT INTO sqlite_schema VALUES ('table', 'odd', 'odd', 0, 'CREATE VIRTUAL TABLE odd USING nowhere(a, (b, c))');`,
  );
  using database = openDatabase(path, { mode: 'read-only' });
  const { text, warnings } = renderSchemaExport(database, jsonFormat);
  assertValidDocument(text);
  assert.deepEqual(warnings, [
    'SQLite cannot report the columns of virtual table odd, view broken, view circle and 1 more',
  ]);
  const schema = readSchema(database);
  assert.deepEqual(
    schema.views.map(({ name, columns }) => [name, columns?.map((column) => column.name) ?? null]),
    [
      ['broken', null],
      ['circle', null],
      ['circle2', null],
      ['good', ['b']],
    ],
  );
  assert.deepEqual(
    schema.tables.map((table) => (table.kind === 'virtual' ? [table.module, table.arguments] : table.name)),
    [['nowhere', ['a', '(b, c)']], 't'],
  );
  assert.deepEqual(renderSchemaExport(database, sqlFormat).warnings, [
    'these objects load only into an SQLite that has what is missing here: virtual table odd (no such module: nowhere)',
  ]);
  assert.ok(sqlOf(database).includes('CREATE VIRTUAL TABLE odd USING nowhere(a, (b, c));'));
});

test('given a statement that is stored as a BLOB, the export has the statement that SQLite reads', () => {
  using database = databaseWith('CREATE TABLE t(a); CREATE VIEW v AS SELECT a FROM t;');
  database.enableDefensive(false);
  database.exec(`PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = CAST(sql AS BLOB) WHERE name = 'v';
    PRAGMA writable_schema = RESET`);
  assert.match(sqlOf(database), /^CREATE VIEW v AS SELECT a FROM t;$/m);
  assert.match(jsonOf(database), /"sql": "CREATE VIEW v AS SELECT a FROM t"/);
  assertRoundTrip(database, 'may-differ');
});

test('given edge-case names, every object is restored under its name', () => {
  const names = [
    'Order Details',
    'a"b',
    "it's",
    'x]y',
    'back`tick',
    'select',
    '😀',
    'new\nline',
    'É',
    'é',
    '-- no',
    '/* no',
  ];
  using database = databaseWith('');
  for (const name of names) {
    const quoted = `"${name.replaceAll('"', '""')}"`;
    const index = `"${name.replaceAll('"', '""')} index"`;
    database.exec(`CREATE TABLE ${quoted}(${quoted} TEXT CHECK (${quoted} <> ''))`);
    database.exec(`CREATE INDEX ${index} ON ${quoted}(${quoted} DESC) WHERE ${quoted} > 1`);
    database.exec(`CREATE TRIGGER ${quoted} AFTER UPDATE OF ${quoted} ON ${quoted} BEGIN SELECT 1; END`);
  }
  assert.deepEqual(renderSchemaExport(database, sqlFormat).warnings, []);
  assertRoundTrip(database);
  assert.deepEqual(
    readSchema(database).tables.map(({ name }) => name),
    names.toSorted(),
  );
});

function sqlOf(database: DatabaseSync): string {
  return renderSchemaExport(database, sqlFormat).text;
}

function jsonOf(database: DatabaseSync): string {
  const { text } = renderSchemaExport(database, jsonFormat);
  assertValidDocument(text);
  return text;
}

function ordinaryTable(database: DatabaseSync, name: string): OrdinaryTable {
  const schema = readSchema(database);
  assert.deepEqual(schema.unread, []);
  const table = schema.tables.find((candidate) => candidate.name === name);
  assert.ok(table?.kind === 'table');
  return table;
}
