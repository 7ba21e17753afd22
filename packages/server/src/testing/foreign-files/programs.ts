import type { ForeignFile } from './foreign-file.ts';

/** Small databases in the manner of well-known programs. */
export const programFiles: readonly ForeignFile[] = [
  {
    name: 'flashcards: names in a collation of the program, also as a key WITHOUT ROWID',
    statements: `CREATE TABLE col (id integer PRIMARY KEY, crt integer NOT NULL, conf text NOT NULL); INSERT INTO col VALUES (1, 1700000000, '{}');
      CREATE TABLE notetypes (id integer NOT NULL PRIMARY KEY, name text NOT NULL COLLATE NOCASE, config blob NOT NULL);
      CREATE UNIQUE INDEX idx_notetypes_name ON notetypes (name);
      CREATE TABLE fields (ntid integer NOT NULL, ord integer NOT NULL, name text NOT NULL COLLATE NOCASE, config blob NOT NULL, PRIMARY KEY (ntid, ord)) without rowid;
      CREATE UNIQUE INDEX idx_fields_name_ntid ON fields (name, ntid);
      CREATE TABLE tags (tag text NOT NULL PRIMARY KEY COLLATE NOCASE, usn integer NOT NULL, config blob NULL) without rowid;
      CREATE TABLE notes (id integer PRIMARY KEY, mid integer NOT NULL, tags text NOT NULL, flds text NOT NULL, sfld integer NOT NULL);
      CREATE INDEX ix_notes_mid ON notes (mid);
      INSERT INTO notetypes VALUES (1700000000001, 'Basic', x'0a00'), (1700000000002, 'Ünï', x'');
      INSERT INTO fields VALUES (1700000000001, 0, 'Front', x'01'), (1700000000001, 1, 'Back', x'02');
      INSERT INTO tags VALUES ('hard', -1, NULL); INSERT INTO notes VALUES (1, 1700000000001, ' hard ', 'a' || char(31) || 'b', 'a')`,
    replaced: { NOCASE: 'unicase' },
  },
  {
    name: 'books: triggers, views and defaults with functions and strings of the program',
    statements: `CREATE TABLE books (id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL DEFAULT 'Unknown' COLLATE NOCASE, sort TEXT COLLATE NOCASE,
        timestamp TIMESTAMP DEFAULT CURRENT_TIMESTAMP, series_index REAL NOT NULL DEFAULT 1.0, isbn TEXT DEFAULT "" COLLATE NOCASE,
        path TEXT NOT NULL DEFAULT "", uuid TEXT, has_cover BOOL DEFAULT 0, last_modified TIMESTAMP NOT NULL DEFAULT "2000-01-01 00:00:00+00:00");
      CREATE TABLE authors (id INTEGER PRIMARY KEY, name TEXT NOT NULL COLLATE NOCASE, UNIQUE (name));
      CREATE TABLE books_authors_link (id INTEGER PRIMARY KEY, book INTEGER NOT NULL, author INTEGER NOT NULL, UNIQUE (book, author));
      INSERT INTO books (title, sort, uuid) VALUES ('The Trial', 'Trial, The', 'u1'), ('Emma', 'Emma', 'u2'); INSERT INTO authors VALUES (1, 'Kafka'), (2, 'Austen');
      INSERT INTO books_authors_link VALUES (1, 1, 1), (2, 2, 2);
      CREATE INDEX authors_idx ON books (sort COLLATE NOCASE); CREATE INDEX books_authors_link_bidx ON books_authors_link (book);
      CREATE VIEW meta AS SELECT id, title, (SELECT group_concat(name) FROM books_authors_link AS bal JOIN authors ON (author = authors.id) WHERE book = books.id) authors FROM books;
      CREATE VIEW tag_browser_authors AS SELECT id, name, (SELECT COUNT(id) FROM books_authors_link WHERE author = authors.id) count FROM authors;
      CREATE VIEW tag_browser_filtered_authors AS SELECT id, name, (SELECT COUNT(books_authors_link.id) FROM books_authors_link WHERE author = authors.id AND upper(book)) count FROM authors;
      CREATE TRIGGER books_delete_trg AFTER DELETE ON books BEGIN DELETE FROM books_authors_link WHERE book = OLD.id; END;
      CREATE TRIGGER books_insert_trg AFTER INSERT ON books BEGIN UPDATE books SET sort = lower(NEW.title), uuid = hex(randomblob(8)) WHERE id = NEW.id; END;
      CREATE TRIGGER books_update_trg AFTER UPDATE ON books BEGIN UPDATE books SET sort = lower(NEW.title) WHERE id = NEW.id AND OLD.title <> NEW.title; END;
      CREATE TRIGGER fkc_insert BEFORE INSERT ON books_authors_link BEGIN SELECT CASE WHEN (SELECT id FROM books WHERE id = NEW.book) IS NULL THEN RAISE (ABORT, 'Foreign key violation: book not in books') END; END;
      PRAGMA user_version = 26`,
    replaced: {
      'lower(': 'title_sort(',
      'hex(randomblob(8))': 'uuid4()',
      group_concat: 'sortconcat',
      'upper(': 'books_list_filter(',
    },
  },
  {
    name: 'a media library: text in a collation of a library, FTS4 with its tokenizer, and triggers that keep it',
    statements: `CREATE TABLE metadata_items (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, library_section_id integer, title varchar(255) COLLATE NOCASE, rating float, extra_data varchar(255), added_at dt_integer(8), deleted_at datetime);
      CREATE INDEX index_title_sort_icu ON metadata_items (title COLLATE RTRIM); CREATE INDEX index_section ON metadata_items (library_section_id, deleted_at);
      CREATE VIRTUAL TABLE fts4_titles USING fts4 (content='metadata_items', title, tokenize=porter);
      INSERT INTO metadata_items (library_section_id, title, rating, added_at) VALUES (1, 'Alien', 8.5, 1700000000), (1, 'Émile', 35.6595993, 1700000001);
      INSERT INTO fts4_titles (docid, title) SELECT id, title FROM metadata_items;
      CREATE TRIGGER fts4_before_update BEFORE UPDATE ON metadata_items BEGIN DELETE FROM fts4_titles WHERE docid = old.rowid; END;
      CREATE TRIGGER fts4_after_update AFTER UPDATE ON metadata_items BEGIN INSERT INTO fts4_titles (docid, title) VALUES (new.rowid, new.title); END`,
    replaced: { RTRIM: 'icu_root', 'tokenize=porter': 'tokenize=collating' },
  },
  {
    name: 'contacts of a telephone: collations of two kinds, functions in triggers, and views over views',
    statements: `CREATE TABLE android_metadata (locale TEXT); INSERT INTO android_metadata VALUES ('de_DE');
      CREATE TABLE raw_contacts (_id INTEGER PRIMARY KEY AUTOINCREMENT, display_name TEXT, phonebook_label TEXT COLLATE NOCASE, sort_key TEXT COLLATE RTRIM, starred INTEGER NOT NULL DEFAULT 0, deleted INTEGER NOT NULL DEFAULT 0);
      CREATE INDEX raw_contact_sort_key_index ON raw_contacts (sort_key); CREATE INDEX label_index ON raw_contacts (phonebook_label) WHERE deleted = 0;
      CREATE TABLE data (_id INTEGER PRIMARY KEY AUTOINCREMENT, raw_contact_id INTEGER REFERENCES raw_contacts (_id) NOT NULL, mimetype TEXT, data1 TEXT, data15 BLOB);
      INSERT INTO raw_contacts VALUES (3, 'Ada', 'A', 'ada', 1, 0), (7, 'Ömer', 'O', 'omer', 0, 0); INSERT INTO data VALUES (1, 3, 'phone', '+49 30', NULL), (2, 7, 'photo', NULL, x'ffd8ff');
      CREATE VIEW view_raw_contacts AS SELECT _id, display_name, sort_key FROM raw_contacts WHERE deleted = 0;
      CREATE VIEW view_contacts AS SELECT _id, display_name FROM view_raw_contacts ORDER BY sort_key;
      CREATE TRIGGER raw_contacts_deleted BEFORE DELETE ON raw_contacts BEGIN DELETE FROM data WHERE raw_contact_id = OLD._id; SELECT lower(OLD.display_name); END;
      CREATE TRIGGER data_updated AFTER UPDATE ON data BEGIN UPDATE raw_contacts SET starred = starred + 0 WHERE _id = OLD.raw_contact_id; END;
      INSERT INTO sqlite_sequence SELECT 'gone', 5 WHERE 0; UPDATE sqlite_sequence SET seq = 900 WHERE name = 'data'; ANALYZE`,
    replaced: { NOCASE: 'PHONEBOOK', RTRIM: 'LOCALIZED', 'lower(': '_DELETE_FILE(' },
  },
  {
    name: 'a backend: JSON columns with defaults in double quotes, and expression indexes',
    statements: `CREATE TABLE _collections (id TEXT PRIMARY KEY DEFAULT ('r' || lower(hex(randomblob(7)))) NOT NULL, system BOOLEAN DEFAULT FALSE NOT NULL, name TEXT UNIQUE NOT NULL, fields JSON DEFAULT "[]" NOT NULL, indexes JSON DEFAULT "[]" NOT NULL, listRule TEXT DEFAULT NULL, options JSON DEFAULT "{}" NOT NULL, created TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%fZ')) NOT NULL);
      CREATE INDEX idx_type ON _collections (json_extract(options, '$.type')); CREATE UNIQUE INDEX idx_rule ON _collections (listRule) WHERE listRule != '';
      CREATE TABLE users (avatar TEXT DEFAULT '' NOT NULL, email TEXT DEFAULT '' NOT NULL, id TEXT PRIMARY KEY DEFAULT ('r' || lower(hex(randomblob(7)))) NOT NULL, verified BOOLEAN DEFAULT FALSE NOT NULL, score NUMERIC DEFAULT 0 NOT NULL);
      CREATE UNIQUE INDEX users_email ON users (email) WHERE email != '';
      INSERT INTO _collections (id, name) VALUES ('a', 'users'), ('b', 'posts'); INSERT INTO users (id, email, score) VALUES ('u1', 'a@example.org', 1.5), ('u2', '', 3)`,
  },
  {
    name: 'messages: a key of texts, columns with the names of the rowid, and a trigger that sets its own column',
    statements: `CREATE TABLE message (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, guid TEXT UNIQUE NOT NULL, text TEXT, date INTEGER DEFAULT 0, payload BLOB, oid TEXT);
      CREATE TABLE handle (ROWID INTEGER PRIMARY KEY AUTOINCREMENT UNIQUE, id TEXT NOT NULL, service TEXT NOT NULL, UNIQUE (id, service));
      CREATE TABLE chat_message_join (chat_id INTEGER REFERENCES message (ROWID) ON DELETE CASCADE, message_id INTEGER REFERENCES message (ROWID) ON DELETE CASCADE, PRIMARY KEY (chat_id, message_id));
      CREATE TABLE _SqliteDatabaseProperties (key TEXT, value TEXT, UNIQUE (key));
      INSERT INTO message VALUES (5, 'g-5', 'hi', 700000000123456789, x'62706c697374', 'o'), (9, 'g-9', NULL, 0, NULL, NULL);
      INSERT INTO handle VALUES (1, '+4930', 'SMS'); INSERT INTO chat_message_join VALUES (5, 9), (9, 5); INSERT INTO _SqliteDatabaseProperties VALUES ('_ClientVersion', '9'), (NULL, 'x');
      CREATE TRIGGER add_to_deleted AFTER DELETE ON message BEGIN INSERT OR REPLACE INTO _SqliteDatabaseProperties (key, value) VALUES ('deleted', OLD.guid); END;
      CREATE TRIGGER touched AFTER UPDATE OF text ON message WHEN NEW.date = 0 BEGIN UPDATE message SET date = upper(NEW.guid) WHERE ROWID = NEW.ROWID; END`,
    replaced: { 'upper(': 'guid_to_date(' },
  },
];
