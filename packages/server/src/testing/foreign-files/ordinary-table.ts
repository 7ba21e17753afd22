/** An ordinary table, which must stay readable beside everything else. */
export const TABLE =
  "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT); INSERT INTO t VALUES (1, 'x', 5), (2, 'Y', 6), (7, NULL, 7.5);";
