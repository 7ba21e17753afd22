import { DatabaseSync } from 'node:sqlite';

/** Values that exports of other products get wrong, in the form in which they are bound. */
const NUMBERS: readonly (number | bigint)[] = [
  0n,
  1n,
  -1n,
  9_007_199_254_740_991n,
  9_007_199_254_740_992n,
  9_007_199_254_740_993n,
  -9_007_199_254_740_993n,
  9_223_372_036_854_775_807n,
  -9_223_372_036_854_775_808n,
  0.1,
  0.1 + 0.2,
  1 / 3,
  1e15,
  123_456_789_012_345_680,
  1e21,
  1e300,
  1.7976931348623157e308,
  -1.7976931348623157e308,
  5e-324,
  2.2250738585072014e-308,
  2.5e-310,
  -0,
  Infinity,
  -Infinity,
  1e-7,
];

const TEXTS: readonly string[] = [
  '',
  ' ',
  'NULL',
  'null',
  '007',
  '1e5',
  '0.1',
  'true',
  "it's",
  "''",
  '"',
  '""',
  'say "hi", she said',
  ',',
  ';',
  '\t',
  '|',
  '\n',
  '\r',
  '\r\n',
  'one\r\ntwo',
  'one\ntwo\n',
  String.raw`\r`,
  String.raw`a\r` + '\r\nb',
  '\\',
  'a\0b',
  '\0',
  'end\0',
  'é',
  'naïve',
  '日本語',
  '😀',
  '\u{feff}bom',
  '\u{2028}',
  '\u{1f468}\u{200d}\u{1f469}',
  '\u{fffd}',
  '=1+1',
  '+1',
  '-5',
  '-x',
  '@a',
  '-1e5',
  '/\ngo\n',
  '\ngo\n;',
  '.quit\n',
  '-- no comment',
  "'); DROP TABLE x; --",
  'x'.repeat(100_000),
];

const BLOBS: readonly Uint8Array[] = [
  new Uint8Array(),
  Uint8Array.of(0),
  Uint8Array.from({ length: 256 }, (_, byte) => byte),
  new Uint8Array(70_000).fill(255),
];

/** Bytes that are not valid UTF-8 and that SQLite stores as text. */
const DAMAGED: readonly Uint8Array[] = [
  Uint8Array.of(0xff),
  Uint8Array.of(0x61, 0xc3),
  Uint8Array.of(0xed, 0xa0, 0x80),
  Uint8Array.of(0xf8, 0x88, 0x80, 0x80, 0x80),
];

/**
 * Creates a database with a table `worst` of edge-case values, one per row, and tables that are difficult to export: keys of every kind,
 * generated columns, names. With `damaged`, it also contains invalid text.
 */
export function writeEdgeCaseDatabase(
  path: string,
  options: { readonly encoding?: string; readonly damaged?: boolean } = {},
): void {
  const database = new DatabaseSync(path);
  database.exec(`PRAGMA encoding = '${options.encoding ?? 'UTF-8'}'; ${WORST_TABLES}`);
  const insert = database.prepare('INSERT INTO worst (any_value, text_value, kind) VALUES (?, ?, ?)');
  for (const value of [null, ...NUMBERS, ...TEXTS, ...BLOBS])
    insert.run(value, typeof value === 'string' ? value : null, typeof value);
  if (options.damaged === true) {
    const damaged = database.prepare('INSERT INTO worst (any_value, kind) VALUES (CAST(? AS TEXT), ?)');
    for (const bytes of DAMAGED) damaged.run(bytes, 'damaged');
  }
  database.exec(WORST_ROWS);
  database.close();
}

const WORST_TABLES = `
  CREATE TABLE worst (id INTEGER PRIMARY KEY AUTOINCREMENT, any_value, text_value TEXT, kind TEXT COLLATE NOCASE,
    size AS (typeof(any_value)), half REAL GENERATED ALWAYS AS (id / 2.0) STORED);
  CREATE TABLE "Order ""Details""" ("a b" INTEGER, "select" TEXT, "é,\n😀" REAL, UNIQUE ("a b"));
  CREATE TABLE keyed (a TEXT, b INTEGER, c BLOB, PRIMARY KEY (b, a)) WITHOUT ROWID;
  CREATE TABLE named (name TEXT PRIMARY KEY, parent TEXT REFERENCES named (name));
  CREATE TABLE exact (i INTEGER, r REAL, t TEXT, b BLOB, a ANY) STRICT;
  CREATE TABLE child (id INTEGER PRIMARY KEY, worst_id INTEGER NOT NULL REFERENCES worst (id) ON DELETE CASCADE);
  CREATE TABLE log (what TEXT);
  CREATE TABLE empty (x);
  CREATE VIEW sized AS SELECT id, size FROM worst -- how long
  ;
  CREATE INDEX worst_kind ON worst (kind, size) WHERE kind IS NOT NULL;
  CREATE TRIGGER worst_logged AFTER INSERT ON worst BEGIN INSERT INTO log VALUES ('inserted ' || new.id); END;
  CREATE VIRTUAL TABLE words USING fts5 (word, note UNINDEXED);
  CREATE VIRTUAL TABLE named_words USING fts5 (name, content = named);
  CREATE VIRTUAL TABLE boxes USING rtree (id, x0, x1);
  PRAGMA user_version = 7; PRAGMA application_id = -3;`;

const WORST_ROWS = `
  INSERT INTO "Order ""Details""" (rowid, "a b", "select", "é,\n😀") VALUES (-9, 1, 'one', 1.5), (40, 2, 'two', 9e999), (41, NULL, NULL, NULL);
  INSERT INTO keyed VALUES ('x', 1, x'00'), ('x', 2, NULL), ('y', 1, x''), ('', -5, x'ff');
  INSERT INTO named VALUES ('b', 'a'), ('a', NULL), ('c', 'a');
  DELETE FROM named WHERE name = 'c';
  INSERT INTO named VALUES ('d', 'b');
  INSERT INTO named_words (named_words) VALUES ('rebuild');
  INSERT INTO named_words (named_words, rank) VALUES ('rank', 'bm25(10.0)');
  INSERT INTO exact VALUES (9223372036854775807, 1, 't', x'00', x'01'), (NULL, -9e999, NULL, NULL, -0.0), (0, 0.0, '', x'', 'any');
  INSERT INTO child VALUES (1, 3), (2, 1);
  INSERT INTO words (rowid, word, note) VALUES (5, 'hello world', 1), (900, 'it''s', NULL), (901, NULL, x'00ff');
  INSERT INTO boxes VALUES (1, 0.5, 1.25), (7, -3.0, 1e10);
  INSERT INTO worst (id, kind) VALUES (1000, 'gone'); DELETE FROM worst WHERE id = 1000;
  CREATE TABLE _rowhouse_tables (id INTEGER PRIMARY KEY, secret TEXT);
  INSERT INTO _rowhouse_tables VALUES (1, 'a secret of the service');`;
