import type { DatabaseSync } from 'node:sqlite';

import { quoteIdentifier } from '../schema/identifier.ts';
import { databaseWith } from './schema-copies.ts';

/** A database with everything at once that makes a schema hard to say in another language. */
export function worstDatabase(): DatabaseSync {
  const database = databaseWith(STATEMENTS);
  for (const name of WORST_NAMES) {
    const quoted = quoteIdentifier(name);
    const index = quoteIdentifier(`${name} index`);
    const columns = WORST_NAMES.filter((column) => column !== name).map(
      (column) => `${quoteIdentifier(column)} TEXT DEFAULT '${column.replaceAll("'", "''")}'`,
    );
    database.exec(
      `CREATE TABLE ${quoted}(${quoted} INTEGER PRIMARY KEY, ${columns.join(', ')}, parent REFERENCES ${quoted}, CHECK (${quoted} <> 'a\n);'))`,
    );
    database.exec(`CREATE INDEX ${index} ON ${quoted}(${quoted} DESC)`);
    database.exec(`CREATE VIEW ${quoteIdentifier(`${name} view`)} AS SELECT ${quoted} FROM ${quoted} -- \n`);
    database.exec(`CREATE TRIGGER ${quoted} AFTER UPDATE OF ${quoted} ON ${quoted} BEGIN SELECT 1; END`);
  }
  return database;
}

const LONG = 'long '.repeat(20);

/** Names that mean something in another language, or nothing, or the same. */
export const WORST_NAMES: readonly string[] = [
  'Order Details',
  'order_details',
  'Order-Details',
  'class',
  'Class2',
  '1st',
  'naïve',
  'É',
  'é',
  '日本語',
  '😀',
  '-',
  '---',
  '',
  ' ',
  'a"b',
  "it's",
  'new\nline',
  'return\rname',
  'line\u2028separator',
  'tab\tname',
  'back\\slash',
  'ends in \\',
  'back`tick',
  'close */ comment',
  '-- dashes',
  '// slashes',
  '%% percent',
  '{brace}',
  '[bracket]',
  '"quoted"',
  '${x}',
  '#{x}',
  '<b>&amp;</b>',
  '__proto__',
  'constructor',
  'rowid',
  'model',
  'enum',
  'Table',
  'Ref',
  'erDiagram',
  'end',
  'null',
  'undefined',
  'pg_class',
  'ctid',
  'plain_id_seq',
  `${LONG}1`,
  `${LONG}2`,
  'é'.repeat(63),
  `${'é'.repeat(63)}2`,
];

const STATEMENTS = `
CREATE TABLE plain(id INTEGER PRIMARY KEY AUTOINCREMENT, parent_id INTEGER REFERENCES plain, name TEXT NOT NULL UNIQUE);
CREATE TABLE types(
  untyped, a INTEGER, b INT, c VARCHAR(10), d DECIMAL(10,2), e DECIMAL(10,-2), f NUMERIC, g "UNSIGNED BIG INT",
  h DATETIME, i DATE, j BOOLEAN, k BLOB, l REAL, m "DOUBLE PRECISION", n FLOAT, o "odd ""type""", p POINT, q JSON,
  r "new
line", s TINYINT(1), t "*/ -- \`\${x}\\", u CHARACTER(20), v TIMESTAMP, w BIGINT, x "VARYING CHARACTER (255)",
  y "DECIMAL(2000,2)", z "[]"
);
CREATE TABLE defaults(
  a INTEGER DEFAULT 1, b INTEGER DEFAULT -9223372036854775808, c INTEGER DEFAULT 9223372036854775807, d REAL DEFAULT 1.5,
  e REAL DEFAULT 1e300, f TEXT DEFAULT 'it''s \\ "x" \`\${y}\`
;', g BLOB DEFAULT x'00ff', h TEXT DEFAULT CURRENT_TIMESTAMP, i DATE DEFAULT CURRENT_DATE, j TIME DEFAULT CURRENT_TIME,
  k INTEGER DEFAULT (strftime('%s', 'now')), l TEXT DEFAULT (lower(hex(randomblob(16)))), m BOOLEAN DEFAULT TRUE,
  n INTEGER DEFAULT 'text', o TEXT DEFAULT 5, p DECIMAL(4,2) DEFAULT 123456, q DECIMAL(4,2) DEFAULT 12.5, r DEFAULT 1,
  s BLOB DEFAULT 'text', t INTEGER NOT NULL DEFAULT NULL, u DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
  v BOOLEAN DEFAULT 70000, w INTEGER DEFAULT 1.0, x TEXT DEFAULT '', y DATETIME DEFAULT (datetime('now')), z REAL DEFAULT 7
);
CREATE TABLE composite(a INTEGER, b TEXT, c, PRIMARY KEY (a, b));
CREATE TABLE composite_child(
  x INTEGER NOT NULL, y TEXT, z REFERENCES missing, w INTEGER REFERENCES types(a),
  FOREIGN KEY (x, y) REFERENCES composite ON DELETE CASCADE ON UPDATE SET NULL DEFERRABLE INITIALLY DEFERRED,
  FOREIGN KEY (x, y) REFERENCES composite(b, a), FOREIGN KEY (X, Y) REFERENCES Composite(A, B)
);
CREATE TABLE one_to_one(id INTEGER PRIMARY KEY REFERENCES plain ON DELETE CASCADE, other INTEGER UNIQUE REFERENCES plain(id));
CREATE TABLE circle_a(id INTEGER PRIMARY KEY, b INTEGER NOT NULL REFERENCES circle_b);
CREATE TABLE circle_b(id INTEGER PRIMARY KEY, a INTEGER REFERENCES circle_a);
CREATE TABLE many(id INTEGER PRIMARY KEY, first INTEGER REFERENCES plain, second INTEGER REFERENCES plain, plain INTEGER REFERENCES plain,
  plain_ INTEGER REFERENCES plain);
CREATE TABLE generated(
  a INTEGER, b INTEGER AS (a * 2) STORED, c AS (a || ')') VIRTUAL, d TEXT AS (lower(c)), e INTEGER AS (b + 1),
  f INTEGER AS (a + 1) REFERENCES plain ON DELETE SET NULL, CHECK (a > 0 AND b < 10), CHECK (c LIKE 'x%'), CONSTRAINT "chk
-- x" CHECK (a IN (1, 2))
);
CREATE TABLE strict_table(k ANY PRIMARY KEY, n INTEGER NOT NULL, b BLOB) STRICT, WITHOUT ROWID;
CREATE TABLE text_key(code TEXT PRIMARY KEY COLLATE NOCASE, x TEXT, UNIQUE (x COLLATE NOCASE), UNIQUE (x, code));
CREATE TABLE twice(a, b, PRIMARY KEY (a, b, a COLLATE NOCASE), UNIQUE (b, b COLLATE NOCASE), FOREIGN KEY (a, a) REFERENCES twice(a, b));
CREATE TABLE no_key(a, b INTEGER NOT NULL);
CREATE TABLE only_index(a INTEGER NOT NULL, b TEXT);
CREATE TABLE descending(id INTEGER PRIMARY KEY DESC, x);
CREATE UNIQUE INDEX only_index_a ON only_index(a);
CREATE UNIQUE INDEX partial ON only_index(b) WHERE b IS NOT NULL;
CREATE UNIQUE INDEX partial_odd ON only_index(b) WHERE b LIKE '-- "%';
CREATE INDEX expressions ON only_index(lower(b) COLLATE NOCASE DESC, a + 1);
CREATE INDEX portable_expression ON only_index((a + 1), b DESC);
CREATE INDEX by_rowid ON plain(id, name COLLATE NOCASE);
CREATE TABLE wide(${Array.from({ length: 40 }, (_, position) => `c${position}`).join(', ')}, UNIQUE (${Array.from({ length: 40 }, (_, position) => `c${position}`).join(', ')}));
CREATE TABLE sequence_owner(id INTEGER PRIMARY KEY);
CREATE TABLE sequence_owner_id_seq(id INTEGER PRIMARY KEY, CONSTRAINT plain UNIQUE (id), CONSTRAINT only_index_a CHECK (id > 0));
CREATE VIEW simple_view AS SELECT id, name FROM plain;
CREATE VIEW broken_view AS SELECT * FROM nowhere;
CREATE VIRTUAL TABLE search USING fts5(title, body);
CREATE TRIGGER plain_insert AFTER INSERT ON plain BEGIN
  SELECT 'a;
-- b';
END;
`;
