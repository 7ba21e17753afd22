import type { NewProject } from './projects.ts';

/** The sample project of an empty data folder: a lending library, small enough to read and rich enough to try things on. */
export const sampleProject: NewProject = {
  slug: 'example_project',
  name: 'Example lending library',
  content: {
    statements: [
      `CREATE TABLE books (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  isbn TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  author TEXT NOT NULL,
  published_year INTEGER CHECK (published_year BETWEEN 1450 AND 2100),
  copies INTEGER NOT NULL DEFAULT 1 CHECK (copies >= 0)
) STRICT`,
      `CREATE TABLE members (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  given_name TEXT NOT NULL,
  family_name TEXT NOT NULL,
  full_name TEXT GENERATED ALWAYS AS (given_name || ' ' || family_name) VIRTUAL,
  email TEXT NOT NULL COLLATE NOCASE UNIQUE,
  joined_on TEXT NOT NULL
) STRICT`,
      `CREATE TABLE loans (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  book_id INTEGER NOT NULL REFERENCES books (id) ON DELETE RESTRICT,
  member_id INTEGER NOT NULL REFERENCES members (id) ON DELETE CASCADE,
  lent_on TEXT NOT NULL,
  due_on TEXT NOT NULL,
  returned_on TEXT,
  CHECK (due_on >= lent_on)
) STRICT`,
      `CREATE INDEX loans_by_member ON loans (member_id, lent_on)`,
      `CREATE UNIQUE INDEX one_open_loan_per_book_and_member ON loans (book_id, member_id) WHERE returned_on IS NULL`,
      `CREATE VIEW open_loans AS
SELECT loans.id, books.title, members.full_name AS member, loans.due_on
FROM loans
JOIN books ON books.id = loans.book_id
JOIN members ON members.id = loans.member_id
WHERE loans.returned_on IS NULL`,
      `INSERT INTO books (isbn, title, author, published_year, copies) VALUES
  ('9780141439518', 'Pride and Prejudice', 'Jane Austen', 1813, 3),
  ('9780141439471', 'Frankenstein', 'Mary Shelley', 1818, 2),
  ('9780142437247', 'Moby-Dick', 'Herman Melville', 1851, 1),
  ('9780143105428', 'Middlemarch', 'George Eliot', 1871, 2),
  ('9780140449266', 'The Count of Monte Cristo', 'Alexandre Dumas', 1846, 1)`,
      `INSERT INTO members (given_name, family_name, email, joined_on) VALUES
  ('Ada', 'Novak', 'ada@example.org', '2026-01-12'),
  ('Chinedu', 'Okafor', 'chinedu@example.org', '2026-02-03'),
  ('Mei', 'Tanaka', 'mei@example.org', '2026-03-21')`,
      `INSERT INTO loans (book_id, member_id, lent_on, due_on, returned_on) VALUES
  (1, 1, '2026-04-01', '2026-04-22', '2026-04-20'),
  (2, 1, '2026-05-04', '2026-05-25', NULL),
  (5, 2, '2026-05-11', '2026-06-01', NULL),
  (4, 3, '2026-05-12', '2026-06-02', '2026-05-30')`,
    ],
  },
};
