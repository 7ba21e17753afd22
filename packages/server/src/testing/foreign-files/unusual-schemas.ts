import type { ForeignFile } from './foreign-file.ts';
import { TABLE } from './ordinary-table.ts';

/** Files whose schema has what SQLite reads, but does not create. */
export const unusualSchemas: readonly ForeignFile[] = [
  {
    name: 'triggers that name an attached database',
    statements: `${TABLE} CREATE TABLE u (id INTEGER PRIMARY KEY, t_id INT REFERENCES t, note TEXT); CREATE TABLE log (id);
      INSERT INTO u VALUES (1, 1, 'n'); CREATE TRIGGER first AFTER DELETE ON t BEGIN INSERT INTO log VALUES (OLD.id); END`,
    stored: [
      {
        type: 'trigger',
        name: 'r',
        table: 't',
        sql: 'CREATE TRIGGER r AFTER DELETE ON "other".t BEGIN INSERT INTO log VALUES (-OLD.id); END',
      },
      {
        type: 'trigger',
        name: 's',
        table: 'log',
        sql: 'CREATE TRIGGER s AFTER UPDATE ON log BEGIN SELECT other.u.id FROM u; END',
      },
    ],
  },
  {
    name: 'views and triggers of tables that are gone',
    statements: `${TABLE} CREATE VIEW v AS SELECT * FROM gone; CREATE VIEW w AS SELECT absent FROM t; CREATE TRIGGER r AFTER INSERT ON t BEGIN INSERT INTO gone VALUES (1); END; CREATE TRIGGER vi INSTEAD OF INSERT ON v BEGIN SELECT 1; END`,
  },
  {
    name: 'a view with "text"',
    statements: `${TABLE} CREATE VIEW v AS SELECT id, "text" AS s, coalesce(a, "none") AS a FROM t WHERE a <> "never"; CREATE TRIGGER r AFTER UPDATE ON t BEGIN UPDATE t SET a = "touched" WHERE id = -1; END; CREATE INDEX i ON t (a, "text")`,
  },
  {
    name: 'defaults in "text", bare words and brackets',
    statements: `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT DEFAULT "[]", b TEXT DEFAULT none, c TEXT DEFAULT [x y], d JSON DEFAULT "{}" NOT NULL, e DEFAULT TRUE, f DEFAULT current_timestamp, g DEFAULT -5, h DEFAULT 'it''s', i DEFAULT x'00ff', j DEFAULT (1 + 1)); INSERT INTO t (id) VALUES (1), (2)`,
  },
  {
    name: 'a CHECK with "text"',
    statements: `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT CHECK (a IN ("open", "shut"))); INSERT INTO t VALUES (1, 'open')`,
  },
  {
    name: 'names of every kind',
    statements: `CREATE TABLE "Order Details" ("a ""b" INTEGER PRIMARY KEY, [c d] TEXT, \`e\` TEXT, 'f' TEXT, "select" TEXT, "" TEXT, "naïve 😀" TEXT); INSERT INTO "Order Details" VALUES (1, 'c', 'e', 'f', 's', 'empty', 'n');
      CREATE TABLE "table" ("index" TEXT, "group" TEXT); INSERT INTO "table" VALUES ('i', 'g'); CREATE TABLE "a.b" ("c.d" TEXT); INSERT INTO "a.b" VALUES ('dot'); CREATE TABLE '%' ("/" TEXT, "?" TEXT); INSERT INTO '%' VALUES ('slash', 'mark')`,
  },
  {
    name: 'types of every program',
    statements: `CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a VARCHAR(255), b TINYINT(1), c DATETIME, d DECIMAL(10,2), e, f BLOB, g GUID, h "LONG TEXT", i NVARCHAR(20) NULL, j UNSIGNED BIG INT, k DOUBLE PRECISION, l BOOLEAN, m JSON, n 'CHARACTER VARYING'(5), o POINT, p ZLONGVARCHAR, q TIMESTAMP(3));
      INSERT INTO t VALUES (1, 5, 'x', x'0102', '7.50', x'ff', 'text', x'00112233445566778899aabbccddeeff', 1.5, NULL, -1, 'NaN', 'true', '{"a": 1}', 9223372036854775807, x'00', 'z', 1700000000000)`,
  },
  {
    name: 'statements after the first',
    statements: TABLE,
    stored: [
      { type: 'view', name: 'v', sql: 'CREATE VIEW v AS SELECT a FROM t; DROP TABLE t' },
      {
        type: 'trigger',
        name: 'r',
        table: 't',
        sql: 'CREATE TRIGGER r AFTER DELETE ON t BEGIN SELECT 1; END; DELETE FROM t',
      },
    ],
  },
];
