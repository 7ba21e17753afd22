import type { ForeignFile } from './foreign-file.ts';

/** Files with rows that the schema does not allow, or that are easily changed by a copy. */
export const unusualRows: readonly ForeignFile[] = [
  {
    name: 'rows that break a CHECK',
    statements: `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT CHECK (length(a) < 3), b INT, CHECK (b > 0)); PRAGMA ignore_check_constraints = ON; INSERT INTO t VALUES (1, 'long text', 5), (2, 'ok', -6)`,
  },
  {
    name: 'rows that break NOT NULL',
    statements:
      "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT); INSERT INTO t VALUES (1, NULL, 5), (2, 'ok', NULL)",
    replaced: { 'a TEXT': 'a TEXT NOT NULL' },
  },
  {
    name: 'rows with gaps between rowids',
    statements:
      "CREATE TABLE t (a TEXT); INSERT INTO t (rowid, a) VALUES (1, 'one'), (5, 'five'), (9, 'nine'), (-3, 'minus'); CREATE TABLE k (a TEXT PRIMARY KEY); INSERT INTO k (rowid, a) VALUES (3, 'c'), (44, 'a')",
  },
  {
    name: 'REAL values of 17 digits',
    statements:
      'CREATE TABLE t (id INTEGER PRIMARY KEY, a REAL, b); INSERT INTO t VALUES (1, 35.6595993, 0.1), (2, 1e22, 5e-324), (3, 1.7976931348623157e308, 9e999), (4, -0.0, -9e999), (5, 123456789012345678, 0.30000000000000004), (6, 2.2250738585072014e-308, 9007199254740993.0)',
  },
  {
    name: 'orphans and a foreign key to a missing table',
    statements:
      'CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (id INTEGER PRIMARY KEY, a INT REFERENCES p, b INT REFERENCES gone (id), c INT REFERENCES p (absent)); INSERT INTO t VALUES (1, 9, 8, NULL)',
  },
  {
    name: 'a NULL in a text key',
    statements:
      "CREATE TABLE t (a TEXT PRIMARY KEY, b INT); INSERT INTO t VALUES (NULL, 1), (NULL, 2), ('x', 3); CREATE TABLE m (a, b, PRIMARY KEY (a, b)); INSERT INTO m VALUES (NULL, 1), (1, NULL), (1, x'00')",
  },
];
