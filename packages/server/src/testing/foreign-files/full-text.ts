import type { ForeignFile } from './foreign-file.ts';
import { TABLE } from './ordinary-table.ts';

/** Files with every sort of full-text table, and other virtual tables that SQLite has. */
export const fullTextFiles: readonly ForeignFile[] = [
  {
    name: 'a contentless FTS4 table',
    statements: `${TABLE} CREATE VIRTUAL TABLE f USING fts4 (content="", a); INSERT INTO f (docid, a) SELECT id, a FROM t`,
  },
  {
    name: 'a contentless FTS5 table',
    statements: `${TABLE} CREATE VIRTUAL TABLE f USING fts5 (a, content=''); INSERT INTO f (rowid, a) SELECT id, a FROM t`,
  },
  {
    name: 'an FTS5 table over rows with gaps',
    statements: `CREATE TABLE n (a TEXT); INSERT INTO n (rowid, a) VALUES (1, 'one'), (5, 'five'), (9, 'nine'); ${TABLE}
      CREATE VIRTUAL TABLE f USING fts5 (a, content='n'); INSERT INTO f (f) VALUES ('rebuild')`,
  },
  {
    name: 'an FTS4 table over rows with gaps',
    statements: `CREATE TABLE n (a TEXT); INSERT INTO n (rowid, a) VALUES (1, 'one'), (5, 'five'), (9, 'nine'); ${TABLE}
      CREATE VIRTUAL TABLE f USING fts4 (content="n", a); INSERT INTO f (f) VALUES ('rebuild')`,
  },
  {
    name: 'an FTS5 table out of step with its content',
    statements: `${TABLE} CREATE VIRTUAL TABLE f USING fts5 (a, content='t', content_rowid='id'); INSERT INTO f (rowid, a) VALUES (1, 'other words')`,
  },
  {
    name: 'an FTS5 table whose content is gone',
    statements: `${TABLE} CREATE VIRTUAL TABLE f USING fts5 (a, content='gone', content_rowid='id')`,
  },
  {
    name: 'an FTS4 table with languages',
    statements: `${TABLE} CREATE VIRTUAL TABLE f USING fts4 (a, languageid="lang"); INSERT INTO f (a, lang) VALUES ('one', 0), ('two', 3); INSERT INTO f (docid, a, lang) VALUES (77, 'three', 4)`,
  },
  {
    name: 'an FTS4 table with columns that are not indexed, prefixes and an order',
    statements: `${TABLE} CREATE VIRTUAL TABLE f USING fts4 (a, b, notindexed=b, prefix="2,4", order=desc, matchinfo=fts3); INSERT INTO f (docid, a, b) VALUES (4, 'one', 'b'), (9, 'two', NULL)`,
  },
  {
    name: 'an FTS4 table over a view, with vocabulary',
    statements: `${TABLE} CREATE VIEW v AS SELECT id AS rowid, a FROM t; CREATE VIRTUAL TABLE f USING fts4 (content="v", a); CREATE VIRTUAL TABLE terms USING fts4aux (f); INSERT INTO f (docid, a) SELECT id, a FROM t`,
  },
  {
    name: 'an FTS5 vocabulary and its triggers',
    statements: `${TABLE} CREATE VIRTUAL TABLE f USING fts5 (a, content='t', content_rowid='id'); CREATE VIRTUAL TABLE words USING fts5vocab ('f', 'row'); CREATE VIRTUAL TABLE cols USING fts5vocab (f, col);
      CREATE TRIGGER ai AFTER INSERT ON t BEGIN INSERT INTO f (rowid, a) VALUES (NEW.id, NEW.a); END;
      CREATE TRIGGER ad AFTER DELETE ON t BEGIN INSERT INTO f (f, rowid, a) VALUES ('delete', OLD.id, OLD.a); END;
      CREATE TRIGGER au AFTER UPDATE ON t BEGIN INSERT INTO f (f, rowid, a) VALUES ('delete', OLD.id, OLD.a); INSERT INTO f (rowid, a) VALUES (NEW.id, NEW.a); END; INSERT INTO f (f) VALUES ('rebuild')`,
  },
  {
    name: 'FTS5 options',
    statements: `${TABLE} CREATE VIRTUAL TABLE f USING fts5 (a, b UNINDEXED, prefix='2 3', columnsize=0, detail=column, tokenize="unicode61 remove_diacritics 2"); INSERT INTO f (rowid, a, b) VALUES (3, 'one', 1.5), (8, 'two', x'00'); INSERT INTO f (f, rank) VALUES ('rank', 'bm25(10.0)')`,
  },
  {
    name: 'a view with the functions of full text',
    statements: `${TABLE} CREATE VIRTUAL TABLE f USING fts5 (a); INSERT INTO f VALUES ('some words');
      CREATE VIEW found AS SELECT rowid AS id, snippet(f, 0, '<', '>', '…', 5) AS s FROM f WHERE f MATCH 'words'; CREATE VIEW elsewhere AS SELECT id, snippet(a) AS s FROM t; CREATE VIEW ranked AS SELECT highlight(f, 0, '<', '>') AS h, bm25(f) AS r FROM f WHERE f MATCH 'some' ORDER BY rank`,
  },
  {
    name: 'an R-tree',
    statements: `${TABLE} CREATE VIRTUAL TABLE r USING rtree (id, x0, x1, +note); INSERT INTO r VALUES (1, 0.5, 1.25, 'note'), (9, -3, 4, NULL); CREATE VIRTUAL TABLE ri USING rtree_i32 (id, x0, x1); INSERT INTO ri VALUES (3, -4, 5)`,
  },
];
