import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, test } from 'node:test';

import { sampleProject } from './sample-project.ts';

describe('the sample project', () => {
  let database: DatabaseSync;
  beforeEach(() => {
    database = new DatabaseSync(':memory:');
    for (const statement of sampleProject.content?.statements ?? []) database.exec(statement);
  });

  /** The clones are ordinary objects, which the rows of the driver are not. */
  const rowsOf = (sql: string, ...values: readonly (string | number)[]) =>
    structuredClone(database.prepare(sql).all(...values));

  test('has two late books, and two loans that were due before June', () => {
    assert.deepEqual(rowsOf('SELECT id, title FROM books WHERE status = ?', 'late'), [
      { id: 2, title: 'Frankenstein' },
      { id: 5, title: 'The Count of Monte Cristo' },
    ]);
    const due = 'SELECT member_id, book_id, due_date FROM loans WHERE returned_at IS NULL AND due_date < ?';
    assert.deepEqual(rowsOf(due, '2026-06-01'), [
      { member_id: 1, book_id: 2, due_date: '2026-05-25' },
      { member_id: 2, book_id: 5, due_date: '2026-05-29' },
    ]);
  });

  test('has members with an email and a name', () => {
    assert.deepEqual(rowsOf('SELECT id, email, name FROM members WHERE id IN (?, ?)', 1, 2), [
      { id: 1, email: 'ada@example.org', name: 'Ada Novak' },
      { id: 2, email: 'chinedu@example.org', name: 'Chinedu Okafor' },
    ]);
  });

  test('has contacts: the first is active, and others are drafts, spam or old', () => {
    assert.deepEqual(rowsOf('SELECT id, email, status FROM contacts LIMIT 1'), [
      { id: 1, email: 'ada@example.com', status: 'active' },
    ]);
    const counts = `SELECT sum(status = 'draft' AND updated_at < '2026-01-01') AS drafts, sum(status = 'spam') AS spam,
      sum(created_at < '2025-01-01') AS old FROM contacts`;
    assert.deepEqual(rowsOf(counts), [{ drafts: 1, spam: 1, old: 1 }]);
  });

  test('gives a book the status of its open loan', () => {
    const contradictions = `SELECT title FROM books LEFT JOIN loans ON book_id = books.id AND returned_at IS NULL
      WHERE (loans.id IS NULL) <> (books.status = 'available')`;
    assert.deepEqual(rowsOf(contradictions), []);
  });
});
