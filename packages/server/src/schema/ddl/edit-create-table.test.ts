import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { databaseWith } from '../../testing/databases/schema-copies.ts';
import { editCreateTable, type TableEdit } from './edit-create-table.ts';

const CASES: readonly (readonly [before: string, edit: TableEdit, after: string])[] = [
  ['CREATE TABLE t (a)', { kind: 'set-type', column: 'A', type: 'TEXT' }, 'CREATE TABLE t (a TEXT )'],
  [
    'CREATE TABLE t (a--(,\n, "b" VARCHAR(10, 2)/*,*/UNIQUE)',
    { kind: 'set-type', column: 'b', type: 'TEXT' },
    'CREATE TABLE t (a--(,\n, "b" TEXT /*,*/UNIQUE)',
  ],
  [
    "CREATE TABLE t (a TEXT DEFAULT 'x, y' NOT NULL)",
    { kind: 'set-default', column: 'a', literal: '7' },
    'CREATE TABLE t (a TEXT DEFAULT 7    NOT NULL)',
  ],
  [
    'CREATE TABLE t (a CONSTRAINT d DEFAULT (1 + (2)), b DEFAULT -1)',
    { kind: 'set-default', column: 'a', literal: null },
    'CREATE TABLE t (a  , b DEFAULT -1)',
  ],
  [
    'CREATE TABLE t (a UNIQUE ON CONFLICT FAIL, b UNIQUE, UNIQUE (a), UNIQUE (a, b))',
    { kind: 'drop-unique', column: 'a' },
    'CREATE TABLE t (a  , b UNIQUE,   UNIQUE (a, b))',
  ],
  [
    'CREATE TABLE t (a, CONSTRAINT u UNIQUE (a COLLATE nocase DESC) /* last */)',
    { kind: 'drop-unique', column: 'a' },
    'CREATE TABLE t (a  /* last */)',
  ],
  [
    'CREATE TABLE t (a, UNIQUE (a) FOREIGN KEY (a) REFERENCES t)',
    { kind: 'drop-unique', column: 'a' },
    'CREATE TABLE t (a,   FOREIGN KEY (a) REFERENCES t)',
  ],
  [
    'CREATE TABLE t (a, UNIQUE (a), UNIQUE (a DESC))',
    { kind: 'drop-unique', column: 'a' },
    'CREATE TABLE t (a )',
  ],
  [
    'CREATE TABLE t (a REFERENCES "P" ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED REFERENCES q, FOREIGN KEY (a) REFERENCES p (x) NOT DEFERRABLE)',
    { kind: 'drop-references', table: 'p' },
    'CREATE TABLE t (a     REFERENCES q )',
  ],
  [
    'CREATE TABLE t (a, b, FOREIGN KEY (a, b) REFERENCES p, FOREIGN KEY (b) REFERENCES p)',
    { kind: 'drop-foreign-key', column: 'b' },
    'CREATE TABLE t (a, b, FOREIGN KEY (a, b) REFERENCES p )',
  ],
];

describe('an edit of a CREATE TABLE changes only the necessary text', () => {
  for (const [before, edit, after] of CASES) {
    test(`${edit.kind} in ${before}`, () => {
      assert.equal(editCreateTable(before, [edit]), after);
      using database = databaseWith(after);
      assert.equal(
        database.prepare('SELECT count(*) AS n FROM sqlite_schema WHERE sql = ?').get(after)?.['n'],
        1,
      );
    });
  }
});

test('a type and a default are written in that order, in any order of edits', () => {
  assert.equal(
    editCreateTable('CREATE TABLE t (a/**/CHECK (1))', [
      { kind: 'set-default', column: 'a', literal: "'x'" },
      { kind: 'set-type', column: 'a', type: 'TEXT' },
    ]),
    "CREATE TABLE t (a TEXT  DEFAULT 'x' /**/CHECK (1))",
  );
});
