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
  status TEXT NOT NULL DEFAULT 'available' CHECK (status IN ('available', 'on_loan', 'late'))
) STRICT`,
      `CREATE TABLE members (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  email TEXT NOT NULL COLLATE NOCASE UNIQUE,
  name TEXT NOT NULL,
  mailbox TEXT GENERATED ALWAYS AS (name || ' <' || email || '>') VIRTUAL,
  joined_on TEXT NOT NULL DEFAULT CURRENT_DATE
) STRICT`,
      `CREATE TABLE loans (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  book_id INTEGER NOT NULL REFERENCES books (id) ON DELETE RESTRICT,
  member_id INTEGER NOT NULL REFERENCES members (id) ON DELETE CASCADE,
  loan_date TEXT NOT NULL,
  due_date TEXT NOT NULL,
  returned_at TEXT,
  CHECK (due_date >= loan_date)
) STRICT`,
      `CREATE TABLE companies (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE
) STRICT`,
      `CREATE TABLE contacts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  email TEXT NOT NULL UNIQUE,
  status TEXT NOT NULL DEFAULT 'draft',
  created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
) STRICT`,
      `CREATE INDEX loans_by_member ON loans (member_id, loan_date)`,
      `CREATE UNIQUE INDEX one_open_loan_per_book ON loans (book_id) WHERE returned_at IS NULL`,
      `CREATE VIEW open_loans AS
SELECT loans.id, books.title, members.name AS member, loans.due_date
FROM loans
JOIN books ON books.id = loans.book_id
JOIN members ON members.id = loans.member_id
WHERE loans.returned_at IS NULL`,
      `INSERT INTO books (isbn, title, author, published_year, status) VALUES
  ('9780141439518', 'Pride and Prejudice', 'Jane Austen', 1813, 'available'),
  ('9780141439471', 'Frankenstein', 'Mary Shelley', 1818, 'late'),
  ('9780142437247', 'Moby-Dick', 'Herman Melville', 1851, 'on_loan'),
  ('9780143105428', 'Middlemarch', 'George Eliot', 1871, 'available'),
  ('9780140449266', 'The Count of Monte Cristo', 'Alexandre Dumas', 1846, 'late')`,
      `INSERT INTO members (email, name, joined_on) VALUES
  ('ada@example.org', 'Ada Novak', '2026-01-12'),
  ('chinedu@example.org', 'Chinedu Okafor', '2026-02-03'),
  ('mei@example.org', 'Mei Tanaka', '2026-03-21')`,
      `INSERT INTO loans (book_id, member_id, loan_date, due_date, returned_at) VALUES
  (1, 1, '2026-04-01', '2026-04-22', '2026-04-20'),
  (2, 1, '2026-05-04', '2026-05-25', NULL),
  (5, 2, '2026-05-08', '2026-05-29', NULL),
  (4, 3, '2026-05-12', '2026-06-02', '2026-05-30'),
  (3, 3, '2026-05-25', '2026-06-15', NULL)`,
      `INSERT INTO companies (name) VALUES ('Harbour Books'), ('Northgate Press')`,
      `INSERT INTO contacts (email, status, created_at, updated_at) VALUES
  ('ada@example.com', 'active', '2026-01-12 09:30:00', '2026-05-04 10:00:00'),
  ('chinedu@example.com', 'active', '2026-02-03 14:15:00', '2026-02-03 14:15:00'),
  ('mei@example.com', 'draft', '2025-11-20 08:00:00', '2025-12-01 16:45:00'),
  ('offers@example.net', 'spam', '2024-08-17 03:12:00', '2024-08-17 03:12:00')`,
    ],
  },
};
