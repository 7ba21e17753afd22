import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { temporaryFolder } from '../../../testing/system/temporary-folder.ts';
import { openDatabase } from '../connection/open-database.ts';
import { done, needs } from '../protocol/routed.ts';
import { recordDatabaseOf, type RecordDatabase } from '../rows/record-database.ts';
import { type GroupedOperation, runGrouped } from './group-commit.ts';

/** A batch in which each statement is an operation; a SELECT is a read. */
function batch(database: RecordDatabase, statements: readonly string[]): readonly GroupedOperation[] {
  return statements.map((sql, id) => {
    const writes = !sql.startsWith('SELECT');
    const run = () => done(writes ? database.run(sql, []) : database.firstRow(sql, []));
    return { request: { id, operation: 'any', input: null }, writes, run };
  });
}

/** Runs the statements as one batch, and returns which of them succeeded. */
function outcomes(database: RecordDatabase, statements: readonly string[]): readonly boolean[] {
  const replies = runGrouped(database, batch(database, statements));
  assert.deepEqual(
    replies.map(({ id }) => id),
    statements.map((_, id) => id),
  );
  assert.equal(database.connection.isTransaction, false);
  return replies.map(isDone);
}

function isDone(reply: ReturnType<typeof runGrouped>[number]): boolean {
  return reply.ok && reply.output.kind === 'done';
}

function given(statements: string): RecordDatabase & Disposable {
  const connection = openDatabase(':memory:', { mode: 'read-write' });
  connection.exec(statements);
  return Object.assign(recordDatabaseOf(connection), { [Symbol.dispose]: () => connection.close() });
}

function stored(database: RecordDatabase): unknown {
  return database.firstRow('SELECT group_concat(id) FROM (SELECT id FROM t ORDER BY id)', [])?.[0];
}

describe('a batch of writes', () => {
  test('is committed, and visible to the reads in it', () => {
    using database = given('CREATE TABLE t(id INTEGER PRIMARY KEY)');
    const replies = runGrouped(
      database,
      batch(database, ['INSERT INTO t VALUES (1)', 'SELECT count(*) FROM t', 'INSERT INTO t VALUES (2)']),
    );
    assert.deepEqual(replies[1], { id: 1, ok: true, output: done([1n]) });
    assert.equal(stored(database), '1,2');
  });

  test('reports the number of writes per commit, without those that failed', () => {
    using database = given('CREATE TABLE t(id INTEGER PRIMARY KEY); CREATE TABLE c(p REFERENCES t)');
    const sizes: number[] = [];
    const run = (statements: readonly string[]) =>
      runGrouped(database, batch(database, statements), (writes) => sizes.push(writes));
    run(['INSERT INTO t VALUES (1)', 'INSERT INTO t VALUES (1)', 'INSERT INTO t VALUES (2)', 'SELECT 1']);
    run(['SELECT 1']);
    run(['INSERT INTO t VALUES (2)']);
    assert.deepEqual(sizes, [2]);
  });

  test('rolls back only a failed operation, completely', () => {
    using database = given(
      'CREATE TABLE t(id INTEGER PRIMARY KEY, u UNIQUE ON CONFLICT FAIL); INSERT INTO t VALUES (1, 1)',
    );
    const statements = [
      'INSERT INTO t VALUES (2, 2)',
      'INSERT INTO t VALUES (3, 3), (4, 1), (5, 5)',
      'INSERT INTO t VALUES (1, 9)',
      'SELECT no_such_function()',
      'INSERT INTO t VALUES (6, 6)',
    ];
    assert.deepEqual(outcomes(database, statements), [true, false, false, false, true]);
    assert.equal(stored(database), '1,2,6');
  });

  test('rolls back only an operation that is forwarded, completely', () => {
    using database = given('CREATE TABLE t(id INTEGER PRIMARY KEY)');
    const [first, second, third] = batch(
      database,
      [1, 2, 3].map((id) => `INSERT INTO t VALUES (${id})`),
    );
    assert.ok(first !== undefined && second !== undefined && third !== undefined);
    const handOn = () => {
      second.run();
      return needs('process');
    };
    const sizes: number[] = [];
    const operations = [first, { ...second, run: handOn }, third];
    const replies = runGrouped(database, operations, (writes) => sizes.push(writes));
    assert.deepEqual(replies[1], { id: 1, ok: true, output: needs('process') });
    assert.equal(stored(database), '1,3');
    assert.deepEqual(sizes, [2]);
  });

  test('forwards operations that exceed the limits of its connection, and fails other errors', () => {
    using database = given('CREATE TABLE t(id INTEGER PRIMARY KEY, v)');
    database.connection.limits.length = 1_000;
    const replies = runGrouped(
      database,
      batch(database, [
        'INSERT INTO t VALUES (1, zeroblob(2000))',
        'SELECT zeroblob(2000)',
        'INSERT INTO t VALUES (NULL, 1), (1, 2)',
        'INSERT INTO t VALUES (2, zeroblob(500))',
      ]),
    );
    assert.deepEqual(replies[0], { id: 0, ok: true, output: needs('writer') });
    assert.deepEqual(replies[1], { id: 1, ok: true, output: needs('reader') });
    assert.equal(replies[2]?.ok, false);
    assert.deepEqual(replies[3], { id: 3, ok: true, output: done(1) });
    assert.equal(stored(database), '2');
  });

  test('forwards all operations if another program has locked the database', () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'database.sqlite');
    using connection = openDatabase(path, { mode: 'read-write', busyTimeoutMs: 0 });
    connection.exec('CREATE TABLE t(id INTEGER PRIMARY KEY)');
    const database = recordDatabaseOf(connection);
    using other = openDatabase(path, { mode: 'read-write' });
    other.exec('BEGIN EXCLUSIVE');
    const operations = batch(database, ['SELECT 1 FROM t', 'INSERT INTO t VALUES (1)']);
    const outputs = runGrouped(database, operations).map((reply) => reply.ok && reply.output);
    assert.deepEqual(outputs, [needs('reader'), needs('writer')]);
    other.exec('COMMIT');
    assert.deepEqual(outcomes(database, ['INSERT INTO t VALUES (1)']), [true]);
  });

  for (const [what, make] of [
    [
      'ON CONFLICT ROLLBACK',
      'CREATE TABLE t(id INTEGER PRIMARY KEY ON CONFLICT ROLLBACK); INSERT INTO t VALUES (1)',
    ],
    [
      'RAISE(ROLLBACK)',
      `CREATE TABLE t(id INTEGER PRIMARY KEY); INSERT INTO t VALUES (7);
       CREATE TRIGGER r BEFORE INSERT ON t WHEN NEW.id = 1 BEGIN SELECT RAISE(ROLLBACK, 'no'); END`,
    ],
  ] as const) {
    test(`is committed although SQLite rolls back its transaction, by ${what}`, () => {
      using database = given(make);
      const statements = [
        'INSERT INTO t VALUES (2)',
        'INSERT INTO t VALUES (1)',
        'SELECT 1',
        'INSERT INTO t VALUES (3)',
      ];
      assert.deepEqual(outcomes(database, statements), [true, false, true, true]);
      assert.match(String(stored(database)), /2,3/);
      assert.deepEqual(outcomes(database, ['INSERT INTO t VALUES (4)']), [true]);
    });
  }

  test('with a deferred foreign key rolls back only the operation that violates it', () => {
    using database = given(
      'CREATE TABLE t(id INTEGER PRIMARY KEY, up INT REFERENCES t DEFERRABLE INITIALLY DEFERRED); INSERT INTO t VALUES (1, 1)',
    );
    const statements = [
      'INSERT INTO t VALUES (2, 1)',
      'INSERT INTO t VALUES (3, 99)',
      'DELETE FROM t WHERE id = 1',
      'INSERT INTO t VALUES (4, 5), (5, 4)',
    ];
    assert.deepEqual(outcomes(database, statements), [true, false, false, true]);
    assert.equal(stored(database), '1,2,4,5');
  });

  test('fails completely if the commit fails, including its reads', () => {
    using database = given('CREATE TABLE t(id INTEGER PRIMARY KEY); CREATE TABLE c(p REFERENCES t)');
    const [write, read] = batch(database, ['INSERT INTO t VALUES (1)', 'SELECT count(*) FROM t']);
    assert.ok(write !== undefined && read !== undefined);
    // No real operation does this, but it makes a commit fail without a full disk.
    const run = () => {
      database.connection.exec('PRAGMA defer_foreign_keys = ON; INSERT INTO c VALUES (99)');
      return write.run();
    };
    const failing = [{ ...write, run }, read];
    assert.deepEqual(runGrouped(database, failing).map(isDone), [false, false]);
    assert.equal(stored(database), null);
    assert.deepEqual(outcomes(database, ['INSERT INTO t VALUES (1)']), [true]);
  });
});
