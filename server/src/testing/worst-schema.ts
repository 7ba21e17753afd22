import type { DatabaseSync } from 'node:sqlite';

import { quoteIdentifier } from '../schema/identifier.ts';

/** Names that other languages cannot have as they are, that break out of careless quotes, or that become one. */
export const WORST_NAMES: readonly string[] = [
  'Order Details',
  'order_details',
  'OrderDetails',
  'class',
  '1st',
  'naïve',
  '😀',
  '家族',
  'a"b',
  "it's",
  'new\nline',
  'back\\slash',
  'back`tick',
  'close */ comment',
  '${x}',
  '-- no',
  '?!',
  '__proto__',
  'constructor',
  'toString',
  'Database',
  'Row',
  'sql',
  'text',
  'sqliteTable',
  'x'.repeat(300),
];

/** A schema with every kind of thing that a schema can have, under the worst names. */
export const WORST_SCHEMA: string = [
  ...WORST_NAMES.map(worstNamed),
  `CREATE TABLE types (
    untyped, i INT, big UNSIGNED BIG INT, flag BOOLEAN DEFAULT FALSE, price DECIMAL(10,2) DEFAULT 1.50, d DOUBLE PRECISION NOT NULL,
    v VARCHAR(10) DEFAULT 'it''s */ "x" \\ \${y}', at DATETIME DEFAULT CURRENT_TIMESTAMP, day DATE DEFAULT CURRENT_DATE, b BLOB DEFAULT x'00FF',
    huge INTEGER NOT NULL DEFAULT 9223372036854775807, inf REAL DEFAULT 9e999, computed TEXT DEFAULT (lower(hex(randomblob(4)))),
    blank TEXT NOT NULL DEFAULT NULL, j JSON, anything ANY, "a b" "my type" NOT NULL
  );`,
  `CREATE TABLE strictly (
    id INTEGER PRIMARY KEY AUTOINCREMENT, i INT, r REAL, t TEXT COLLATE NOCASE NOT NULL DEFAULT '', b BLOB, a ANY,
    double_i INT GENERATED ALWAYS AS (i * 2) VIRTUAL, stored_t TEXT NOT NULL AS (t || '''*/') STORED,
    CONSTRAINT positive CHECK (i > 0), UNIQUE (t, i)
  ) STRICT;`,
  'CREATE TABLE desc_key (id INTEGER PRIMARY KEY DESC, x UNIQUE ON CONFLICT REPLACE);',
  "CREATE TABLE text_key (id TEXT PRIMARY KEY, x CHECK (x <> '`${x}`'));",
  'CREATE TABLE strict_key (id TEXT PRIMARY KEY) STRICT;',
  'CREATE TABLE pair (b TEXT, a INTEGER, PRIMARY KEY (a, b DESC)) WITHOUT ROWID;',
  `CREATE TABLE pair_child (x INTEGER, y TEXT, z INTEGER,
    CONSTRAINT "to pair" FOREIGN KEY (x, y) REFERENCES pair ON DELETE CASCADE ON UPDATE SET NULL DEFERRABLE INITIALLY DEFERRED);`,
  'CREATE TABLE self (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES self, twin INTEGER REFERENCES SELF(ID) ON DELETE SET DEFAULT);',
  'CREATE TABLE circle_a (id INTEGER PRIMARY KEY, b INTEGER NOT NULL REFERENCES circle_b);',
  'CREATE TABLE circle_b (id INTEGER PRIMARY KEY, a INTEGER UNIQUE REFERENCES circle_a);',
  'CREATE TABLE t (x INTEGER, y INTEGER, PRIMARY KEY (x, y), FOREIGN KEY (x, y) REFERENCES loop);',
  'CREATE TABLE loop (x INTEGER, y INTEGER, PRIMARY KEY (x, y), FOREIGN KEY (y, x) REFERENCES t (x, y), FOREIGN KEY (x, y) REFERENCES loop);',
  'CREATE TABLE lost (a REFERENCES nowhere, b REFERENCES nowhere(x), c REFERENCES pair, d REFERENCES types(i), e REFERENCES self(nope));',
  'CREATE TABLE rowid_taken (rowid TEXT, x);',
  'CREATE TABLE all_rowids_taken (rowid, _rowid_, oid);',
  "CREATE TABLE only_generated_besides (x, y AS (x) STORED, z AS (y || '`${z}\\') NOT NULL);",
  `CREATE UNIQUE INDEX "odd index" ON strictly (lower(t) COLLATE NOCASE DESC, i, b DESC) WHERE t <> '\`\${t}\`' AND i > 0;`,
  'CREATE INDEX by_expression ON types (price * 2, "a b" COLLATE RTRIM);',
  'CREATE UNIQUE INDEX by_column ON types (v DESC);',
  'CREATE INDEX by_rowid ON self (id, parent);',
  `CREATE VIEW "a view" AS SELECT id AS "an id", t AS class, count(*), '\`\${x}\` */' AS "q'q" FROM strictly GROUP BY id;`,
  'CREATE VIEW twice AS SELECT 1 AS x, 2 AS X2, 3 AS "x 2";',
  'CREATE VIEW broken AS SELECT * FROM nowhere_at_all;',
  'CREATE VIRTUAL TABLE search USING fts5(title, "the body");',
  'CREATE VIRTUAL TABLE boxes USING rtree(id, x0, x1, +label TEXT);',
  'CREATE TRIGGER changed AFTER UPDATE ON types BEGIN SELECT 1; END;',
].join('\n');

/** The name as a table, a column, in a CHECK, as an index, in a default and in a foreign key. */
function worstNamed(name: string, position: number): string {
  const quoted = quoteIdentifier(name);
  const text = `'${name.replaceAll("'", "''")}'`;
  return `CREATE TABLE ${quoted} (
    ${quoted} TEXT DEFAULT ${text} CONSTRAINT ${quoted} CHECK (${quoted} <> ${text} || '?'),
    plain INTEGER PRIMARY KEY,
    upper TEXT AS (${quoted} || ${text}),
    parent INTEGER REFERENCES ${quoted} (plain)
  );
  CREATE INDEX "index ${position}" ON ${quoted} (${quoted}, (${quoted} || ${text})) WHERE ${quoted} <> ${text};
  CREATE VIEW ${quoteIdentifier(`${name} view`)} AS SELECT ${quoted} FROM ${quoted};`;
}

/** Rows with the values that travel in odd ways. */
export function fillWorstTables(database: DatabaseSync): void {
  // Foreign keys that refer to nothing let no row be written where they are held to.
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
