import type { DatabaseSync } from 'node:sqlite';

import type { OpenDatabase } from '../../engine/sqlite/connection/open-database.ts';
import { quoteIdentifier } from '../../schema/identifier.ts';
import { databaseWith } from './schema-copies.ts';

const LONG = 'long '.repeat(20);

/** Names that are invalid in other languages, that escape from careless quotes, or that become equal. */
export const EDGE_CASE_NAMES: readonly string[] = [
  'Order Details',
  'order_details',
  'OrderDetails',
  'Order-Details',
  'class',
  'Class2',
  '1st',
  'naïve',
  'É',
  'é',
  '家族',
  '😀',
  '-',
  '---',
  '?!',
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
  'toString',
  'rowid',
  'Database',
  'Row',
  'Table',
  'Ref',
  'model',
  'enum',
  'sql',
  'text',
  'sqliteTable',
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

/** A database with every kind of object that a schema can have, with difficult names. */
export function edgeCaseDatabase(names: readonly string[] = EDGE_CASE_NAMES): OpenDatabase {
  return databaseWith([...names.map(edgeCaseNamed), everyName(names), KINDS_OF_THINGS].join('\n'));
}

/** The name as a table, a column, in a CHECK, as an index, a view, a trigger, in a default and in a foreign key. */
function edgeCaseNamed(name: string, position: number): string {
  const quoted = quoteIdentifier(name);
  const text = literal(name);
  const [index, view] = ['index', 'view'].map((kind) => quoteIdentifier(`${name} ${kind}`));
  return `CREATE TABLE ${quoted} (
    ${quoted} TEXT DEFAULT ${text} CONSTRAINT ${quoted} CHECK (${quoted} <> ${text} || '?'),
    plain INTEGER PRIMARY KEY,
    upper TEXT AS (${quoted} || ${text}),
    parent INTEGER REFERENCES ${quoted} (plain),
    CHECK (${quoted} <> 'a\n);')
  );
  CREATE INDEX ${index} ON ${quoted} (${quoted} DESC);
  CREATE INDEX "index ${position}" ON ${quoted} (${quoted}, (${quoted} || ${text})) WHERE ${quoted} <> ${text};
  CREATE VIEW ${view} AS SELECT ${quoted} FROM ${quoted} -- \n;
  CREATE TRIGGER ${quoted} AFTER UPDATE OF ${quoted} ON ${quoted} BEGIN SELECT 1; END;`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function everyName(names: readonly string[]): string {
  const columns = names.map((name) => `${quoteIdentifier(name)} TEXT DEFAULT ${literal(name)}`);
  return `CREATE TABLE every_name (${columns.join(', ')});`;
}

const FORTY = Array.from({ length: 40 }, (_, position) => `c${position}`).join(', ');

const KINDS_OF_THINGS = `
CREATE TABLE plain (id INTEGER PRIMARY KEY AUTOINCREMENT, parent_id INTEGER REFERENCES plain, name TEXT NOT NULL UNIQUE);
CREATE TABLE types (
  untyped, i INT, big UNSIGNED BIG INT, flag BOOLEAN DEFAULT FALSE, price DECIMAL(10,2) DEFAULT 1.50, d DOUBLE PRECISION NOT NULL,
  v VARCHAR(10) DEFAULT 'it''s */ "x" \\ \${y}', at DATETIME DEFAULT CURRENT_TIMESTAMP, day DATE DEFAULT CURRENT_DATE, b BLOB DEFAULT x'00FF',
  huge INTEGER NOT NULL DEFAULT 9223372036854775807, inf REAL DEFAULT 9e999, computed TEXT DEFAULT (lower(hex(randomblob(4)))),
  blank TEXT NOT NULL DEFAULT NULL, j JSON, anything ANY, "a b" "my type" NOT NULL
);
CREATE TABLE odd_types (
  untyped, a INTEGER, b INT, c VARCHAR(10), d DECIMAL(10,2), e DECIMAL(10,-2), f NUMERIC, g "UNSIGNED BIG INT",
  h DATETIME, i DATE, j BOOLEAN, k BLOB, l REAL, m "DOUBLE PRECISION", n FLOAT, o "odd ""type""", p POINT, q JSON,
  r "new
line", s TINYINT(1), t "*/ -- \`\${x}\\", u CHARACTER(20), v TIMESTAMP, w BIGINT, x "VARYING CHARACTER (255)",
  y "DECIMAL(2000,2)", z "[]"
);
CREATE TABLE defaults (
  a INTEGER DEFAULT 1, b INTEGER DEFAULT -9223372036854775808, c INTEGER DEFAULT 9223372036854775807, d REAL DEFAULT 1.5,
  e REAL DEFAULT 1e300, f TEXT DEFAULT 'it''s \\ "x" \`\${y}\`
;', g BLOB DEFAULT x'00ff', h TEXT DEFAULT CURRENT_TIMESTAMP, i DATE DEFAULT CURRENT_DATE, j TIME DEFAULT CURRENT_TIME,
  k INTEGER DEFAULT (strftime('%s', 'now')), l TEXT DEFAULT (lower(hex(randomblob(16)))), m BOOLEAN DEFAULT TRUE,
  n INTEGER DEFAULT 'text', o TEXT DEFAULT 5, p DECIMAL(4,2) DEFAULT 123456, q DECIMAL(4,2) DEFAULT 12.5, r DEFAULT 1,
  s BLOB DEFAULT 'text', t INTEGER NOT NULL DEFAULT NULL, u DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
  v BOOLEAN DEFAULT 70000, w INTEGER DEFAULT 1.0, x TEXT DEFAULT '', y DATETIME DEFAULT (datetime('now')), z REAL DEFAULT 7,
  aa JSON DEFAULT "[]", ab TEXT DEFAULT none, ac TEXT DEFAULT [it's a name], ad TEXT DEFAULT \`q\`, ae BOOLEAN DEFAULT "x", af INT DEFAULT naïve
);
CREATE TABLE strictly (
  id INTEGER PRIMARY KEY AUTOINCREMENT, i INT, r REAL, t TEXT COLLATE NOCASE NOT NULL DEFAULT '', b BLOB, a ANY,
  double_i INT GENERATED ALWAYS AS (i * 2) VIRTUAL, stored_t TEXT NOT NULL AS (t || '''*/') STORED,
  CONSTRAINT positive CHECK (i > 0), UNIQUE (t, i)
) STRICT;
CREATE TABLE generated (
  a INTEGER, b INTEGER AS (a * 2) STORED, c AS (a || ')') VIRTUAL, d TEXT AS (lower(c)), e INTEGER AS (b + 1),
  f INTEGER AS (a + 1) REFERENCES plain ON DELETE SET NULL, CHECK (a > 0 AND b < 10), CHECK (c LIKE 'x%'), CONSTRAINT "chk
-- x" CHECK (a IN (1, 2))
);
CREATE TABLE only_generated_besides (x, y AS (x) STORED, z AS (y || '\`\${z}\\') NOT NULL);
CREATE TABLE desc_key (id INTEGER PRIMARY KEY DESC, x UNIQUE ON CONFLICT REPLACE);
CREATE TABLE text_key (id TEXT PRIMARY KEY, x CHECK (x <> '\`\${x}\`'));
CREATE TABLE nocase_key (code TEXT PRIMARY KEY COLLATE NOCASE, x TEXT, UNIQUE (x COLLATE NOCASE), UNIQUE (x, code));
CREATE TABLE strict_key (id TEXT PRIMARY KEY) STRICT;
CREATE TABLE any_key (k ANY PRIMARY KEY, n INTEGER NOT NULL, b BLOB) STRICT, WITHOUT ROWID;
CREATE TABLE pair (b TEXT, a INTEGER, PRIMARY KEY (a, b DESC)) WITHOUT ROWID;
CREATE TABLE pair_child (
  x INTEGER, y TEXT, z INTEGER,
  CONSTRAINT "to pair" FOREIGN KEY (x, y) REFERENCES pair ON DELETE CASCADE ON UPDATE SET NULL DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE composite (a INTEGER, b TEXT, c, PRIMARY KEY (a, b));
CREATE TABLE composite_child (
  x INTEGER NOT NULL, y TEXT, z REFERENCES missing, w INTEGER REFERENCES odd_types(a),
  FOREIGN KEY (x, y) REFERENCES composite ON DELETE CASCADE ON UPDATE SET NULL DEFERRABLE INITIALLY DEFERRED,
  FOREIGN KEY (x, y) REFERENCES composite(b, a), FOREIGN KEY (X, Y) REFERENCES Composite(A, B)
);
CREATE TABLE named_twice (
  a, b, PRIMARY KEY (a, b, a COLLATE NOCASE), UNIQUE (b, b COLLATE NOCASE), FOREIGN KEY (a, a) REFERENCES named_twice(a, b)
);
CREATE TABLE one_to_one (id INTEGER PRIMARY KEY REFERENCES plain ON DELETE CASCADE, other INTEGER UNIQUE REFERENCES plain(id));
CREATE TABLE many (
  id INTEGER PRIMARY KEY, first INTEGER REFERENCES plain, second INTEGER REFERENCES plain, plain INTEGER REFERENCES plain,
  plain_ INTEGER REFERENCES plain
);
CREATE TABLE self (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES self, twin INTEGER REFERENCES SELF(ID) ON DELETE SET DEFAULT);
CREATE TABLE circle_a (id INTEGER PRIMARY KEY, b INTEGER NOT NULL REFERENCES circle_b);
CREATE TABLE circle_b (id INTEGER PRIMARY KEY, a INTEGER UNIQUE REFERENCES circle_a);
CREATE TABLE t (x INTEGER, y INTEGER, PRIMARY KEY (x, y), FOREIGN KEY (x, y) REFERENCES loop);
CREATE TABLE loop (x INTEGER, y INTEGER, PRIMARY KEY (x, y), FOREIGN KEY (y, x) REFERENCES t (x, y), FOREIGN KEY (x, y) REFERENCES loop);
CREATE TABLE lost (a REFERENCES nowhere, b REFERENCES nowhere(x), c REFERENCES pair, d REFERENCES types(i), e REFERENCES self(nope));
CREATE TABLE rowid_taken (rowid TEXT, x);
CREATE TABLE all_rowids_taken (rowid, _rowid_, oid);
CREATE TABLE no_key (a, b INTEGER NOT NULL);
CREATE TABLE only_index (a INTEGER NOT NULL, b TEXT);
CREATE TABLE wide (${FORTY}, UNIQUE (${FORTY}));
CREATE TABLE sequence_owner (id INTEGER PRIMARY KEY);
CREATE TABLE sequence_owner_id_seq (id INTEGER PRIMARY KEY, CONSTRAINT plain UNIQUE (id), CONSTRAINT only_index_a CHECK (id > 0));
CREATE UNIQUE INDEX "odd index" ON strictly (lower(t) COLLATE NOCASE DESC, i, b DESC) WHERE t <> '\`\${t}\`' AND i > 0;
CREATE INDEX by_expression ON types (price * 2, "a b" COLLATE RTRIM);
CREATE UNIQUE INDEX by_column ON types (v DESC);
CREATE INDEX by_rowid ON self (id, parent);
CREATE INDEX by_rowid_and_name ON plain (id, name COLLATE NOCASE);
CREATE UNIQUE INDEX only_index_a ON only_index (a);
CREATE UNIQUE INDEX partial ON only_index (b) WHERE b IS NOT NULL;
CREATE UNIQUE INDEX partial_odd ON only_index (b) WHERE b LIKE '-- "%';
CREATE INDEX expressions ON only_index (lower(b) COLLATE NOCASE DESC, a + 1);
CREATE INDEX portable_expression ON only_index ((a + 1), b DESC);
CREATE VIEW simple_view AS SELECT id, name FROM plain;
CREATE VIEW "a view" AS SELECT id AS "an id", t AS class, count(*), '\`\${x}\` */' AS "q'q" FROM strictly GROUP BY id;
CREATE VIEW twice AS SELECT 1 AS x, 2 AS X2, 3 AS "x 2";
CREATE VIEW broken AS SELECT * FROM nowhere_at_all;
CREATE VIRTUAL TABLE search USING fts5(title, "the body");
CREATE VIRTUAL TABLE boxes USING rtree(id, x0, x1, +label TEXT);
CREATE TRIGGER changed AFTER UPDATE ON types BEGIN SELECT 1; END;
CREATE TRIGGER plain_insert AFTER INSERT ON plain BEGIN
  SELECT 'a;
-- b';
END;
`;

/** Rows with values that exports often get wrong. */
export function fillEdgeCaseTables(database: DatabaseSync): void {
  // Foreign keys to missing tables would prevent every write.
  database.exec(`PRAGMA foreign_keys = OFF;
    INSERT INTO types (untyped, i, big, d, v, b, j, "a b", blank) VALUES
      (x'00FF', 9223372036854775807, -9223372036854775808, 9e999, 'text', x'', '{}', 'x', ''),
      (9007199254740993, 7, 1, 1.5, '', NULL, NULL, -9e999, 'x'),
      ('text', NULL, 9007199254740991, -1, NULL, x'FFFFFF', NULL, 1.5, 'x');
    INSERT INTO strictly (i, r, t, b, a) VALUES
      (9007199254740993, 9e999, 'a', x'01', 'any'), (1, -9e999, 'b', NULL, 9007199254740993), (2, 0.1, 'c', x'', x'00');
    INSERT INTO desc_key (x) VALUES (1);
    INSERT INTO text_key VALUES (NULL, 'x');
    INSERT INTO pair VALUES ('x', 1);
    INSERT INTO pair_child VALUES (1, 'x', NULL);
    INSERT INTO self (id, parent) VALUES (1, 1);
    INSERT INTO rowid_taken VALUES ('x', 1);
    INSERT INTO all_rowids_taken VALUES (1, 2, 3);
    INSERT INTO only_generated_besides (x) VALUES (1);
    INSERT INTO search VALUES ('a', 'b');
    INSERT INTO boxes VALUES (1, 0, 1, 'x');`);
}
