import type { ForeignFile } from './foreign-file.ts';
import { TABLE } from './ordinary-table.ts';

const VALUES = "INSERT INTO t VALUES (1, 'x', 5), (2, 'Y', 6), (7, '', 7.5);";

const collations: readonly ForeignFile[] = [
  {
    name: 'a collation of a column',
    statements: `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT COLLATE NOCASE, b INT COLLATE NOCASE); ${VALUES}`,
  },
  {
    name: 'a collation of a text key',
    statements: `CREATE TABLE t (id INTEGER, a TEXT COLLATE NOCASE PRIMARY KEY, b INT); ${VALUES}`,
  },
  {
    name: 'a collation of a key WITHOUT ROWID',
    statements: `CREATE TABLE t (id INTEGER, a TEXT COLLATE NOCASE PRIMARY KEY, b INT) WITHOUT ROWID; ${VALUES}
      CREATE TABLE u (id INTEGER PRIMARY KEY, c TEXT); INSERT INTO u VALUES (1, 'readable')`,
  },
  {
    name: 'a collation of a UNIQUE column',
    statements: `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT COLLATE NOCASE UNIQUE, b INT); ${VALUES}`,
  },
  {
    name: 'a collation of an index',
    statements: `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT); CREATE INDEX i ON t (a COLLATE NOCASE); ${VALUES}`,
  },
  {
    name: 'a collation of a unique index and of a partial index',
    statements: `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT); CREATE UNIQUE INDEX i ON t (a COLLATE NOCASE, b);
      CREATE INDEX p ON t (b) WHERE a COLLATE NOCASE > 'a'; ${VALUES}`,
  },
  {
    name: 'a collation of a CHECK',
    statements: `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT CHECK (a COLLATE NOCASE <> 'b'), b INT); ${VALUES}`,
  },
  {
    name: 'a collation of a generated column',
    statements: `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT, c AS (a COLLATE NOCASE > 'b') VIRTUAL, d AS (a COLLATE NOCASE > 'b') STORED);
      INSERT INTO t (id, a, b) VALUES (1, 'x', 5), (2, 'Y', 6)`,
  },
  {
    name: 'a collation of a view',
    statements: `${TABLE} CREATE VIEW v AS SELECT id, a FROM t ORDER BY a COLLATE NOCASE; CREATE VIEW w AS SELECT id, a COLLATE NOCASE AS n FROM t`,
  },
  {
    name: 'a collation of a trigger',
    statements: `${TABLE} CREATE TRIGGER r AFTER UPDATE ON t WHEN NEW.a COLLATE NOCASE = 'q' BEGIN DELETE FROM t WHERE a = NEW.a COLLATE NOCASE; END`,
  },
  {
    name: 'a collation of a parent key',
    statements: `CREATE TABLE p (a TEXT COLLATE NOCASE PRIMARY KEY); INSERT INTO p VALUES ('x'), ('y');
      CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT REFERENCES p ON DELETE CASCADE, b INT); INSERT INTO t VALUES (1, 'x', 5), (2, 'y', 6)`,
  },
].map(({ name, statements }) => ({ name, statements, replaced: { NOCASE: 'LOCALIZED' } }));

const functions: readonly ForeignFile[] = [
  {
    name: 'a function of a view',
    statements: `${TABLE} CREATE VIEW v AS SELECT id, upper(a) AS u FROM t; CREATE VIEW w AS SELECT * FROM v`,
  },
  {
    name: 'a function of a trigger',
    statements: `${TABLE} CREATE TABLE log (line); CREATE TRIGGER r AFTER UPDATE ON t BEGIN INSERT INTO log VALUES (upper(NEW.a)); END`,
  },
  {
    name: 'a function of an index',
    statements: `${TABLE} CREATE INDEX i ON t (upper(a)); CREATE INDEX j ON t (b)`,
  },
  {
    name: 'a function of a partial index',
    statements: `${TABLE} CREATE INDEX i ON t (b) WHERE upper(a) = 'X'`,
  },
  {
    name: 'a function of a CHECK',
    statements: `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT CHECK (upper(a) <> 'B'), b INT, CHECK (upper(b) <> a)); ${VALUES}`,
  },
  {
    name: 'a function of a virtual generated column',
    statements: `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT, u AS (upper(a)) VIRTUAL); INSERT INTO t (id, a, b) VALUES (1, 'x', 5), (2, 'Y', 6)`,
  },
  {
    name: 'a function of a stored generated column',
    statements: `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT, u TEXT AS (upper(a)) STORED); INSERT INTO t (id, a, b) VALUES (1, 'x', 5), (2, 'Y', 6)`,
  },
  {
    name: 'a function of an indexed generated column',
    statements: `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT, u TEXT AS (upper(a))); CREATE INDEX i ON t (u); INSERT INTO t (id, a, b) VALUES (1, 'x', 5), (2, 'Y', 6)`,
  },
  {
    name: 'a function of a default',
    statements: `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT, c TEXT DEFAULT (upper('x'))); INSERT INTO t (id, a, b) VALUES (1, 'x', 5), (2, 'Y', 6)`,
  },
].map(({ name, statements }) => ({ name, statements, replaced: { upper: 'st_upper' } }));

const modules: readonly ForeignFile[] = [
  {
    name: 'a module',
    statements: `${TABLE} CREATE VIRTUAL TABLE f USING fts5 (a)`,
    replaced: { 'USING fts5': 'USING vec0' },
  },
  {
    name: 'a module whose shadow tables come first',
    statements: `CREATE TABLE f_chunks (id INTEGER PRIMARY KEY, validity BLOB); INSERT INTO f_chunks VALUES (1, x'00ff');
      CREATE TABLE f_rowids (rowid INTEGER PRIMARY KEY AUTOINCREMENT, chunk INT); INSERT INTO f_rowids VALUES (5, 1); ${TABLE}`,
    stored: [{ type: 'table', name: 'f', sql: 'CREATE VIRTUAL TABLE f USING vec0(embedding float[4])' }],
  },
  {
    name: 'a module that reads a view, and a view of a module',
    statements: TABLE,
    stored: [
      { type: 'table', name: 'near', sql: 'CREATE VIRTUAL TABLE near USING spellfix1' },
      {
        type: 'table',
        name: 'spatialindex',
        sql: 'CREATE VIRTUAL TABLE spatialindex USING VirtualSpatialIndex()',
      },
      { type: 'view', name: 'v', sql: 'CREATE VIEW v AS SELECT t.a FROM t JOIN near ON near.word = t.a' },
      {
        type: 'trigger',
        name: 'r',
        table: 't',
        sql: 'CREATE TRIGGER r AFTER INSERT ON t BEGIN INSERT INTO near (word) VALUES (NEW.a); END',
      },
    ],
  },
  {
    name: 'a full-text tokenizer (FTS5)',
    statements: `${TABLE} CREATE VIRTUAL TABLE f USING fts5 (a, tokenize = 'porter'); INSERT INTO f VALUES ('words')`,
    replaced: { porter: 'mozporter' },
  },
  {
    name: 'a full-text tokenizer (FTS4)',
    statements: `${TABLE} CREATE VIRTUAL TABLE f USING fts4 (a, tokenize=porter); INSERT INTO f VALUES ('words')`,
    replaced: { porter: 'mozporter' },
  },
  {
    name: 'a full-text tokenizer (FTS3) and its triggers',
    statements: `${TABLE} CREATE VIRTUAL TABLE f USING fts3 (a, tokenize=porter); INSERT INTO f (docid, a) SELECT id, a FROM t;
      CREATE TRIGGER r AFTER UPDATE ON t BEGIN UPDATE f SET a = NEW.a WHERE docid = NEW.id; END`,
    replaced: { porter: 'mozporter' },
  },
];

/** Files that need a collation, a function, a module or a tokenizer that SQLite lacks here, wherever a schema may name one. */
export const missingFeatures: readonly ForeignFile[] = [...collations, ...functions, ...modules];
