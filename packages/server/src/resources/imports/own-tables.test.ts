import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { METADATA_TABLES } from '../../engine/sqlite/tables/metadata-tables.ts';
import { databaseFile } from '../../testing/databases/database-file.ts';
import { borrowTestServer } from '../../testing/http/borrowed-server.ts';
import { importDatabase } from '../../testing/http/import-and-export.ts';
import { runSqliteShell } from '../../testing/tools/sqlite-shell.ts';

const WRITE_SCHEMA = '\n.dbconfig defensive off\nPRAGMA writable_schema = ON;\n';
const DELETE_ALL = 'CREATE TRIGGER r AFTER INSERT ON t BEGIN DELETE FROM _rowhouse_tables; END;';

/** Files whose schema could read or write the service's tables, and what the import says. */
const HOSTILE: readonly (readonly [what: string, sql: string, says: RegExp])[] = [
  ['a name in brackets', 'CREATE VIEW v AS SELECT * FROM/**/[_Rowhouse_TABLES];', /reserved/],
  ['a name with its schema', 'CREATE VIEW v AS SELECT * FROM main . `_rowhouse_columns`;', /reserved/],
  ['UTF-16', "PRAGMA encoding = 'UTF-16le'; CREATE VIEW v AS SELECT * FROM _rowhouse_tables;", /reserved/],
  ['content of FTS4', 'CREATE VIRTUAL TABLE f USING fts4 (name, content="_rowhouse_tables");', /reserved/],
  [
    'a trigger on such a table',
    'CREATE TRIGGER r AFTER INSERT ON _rowhouse_tables BEGIN SELECT 1; END;',
    /reserved/,
  ],
  ['an index on such a table', 'CREATE UNIQUE INDEX i ON _rowhouse_tables (display_name);', /reserved/],
  ['a foreign key', 'CREATE TABLE t (a REFERENCES _rowhouse_tables ON DELETE RESTRICT);', /reserved/],
  [
    'a stored text that is a BLOB',
    `CREATE TABLE t (a); ${DELETE_ALL} ${WRITE_SCHEMA} UPDATE sqlite_schema SET sql = CAST(sql AS BLOB) WHERE type = 'trigger';`,
    /reserved/,
  ],
  [
    'a generated column, which SQLite allows no subquery',
    `CREATE TABLE t (a, b AS (1)); ${WRITE_SCHEMA} UPDATE sqlite_schema SET sql = 'CREATE TABLE t (a, b AS ((SELECT 1 FROM _rowhouse_tables)))' WHERE name = 't';`,
    /subqueries prohibited/,
  ],
  [
    'a partial index, which SQLite allows no subquery',
    `CREATE TABLE t (a); CREATE INDEX i ON t (a) WHERE a > 0; ${WRITE_SCHEMA} UPDATE sqlite_schema SET sql = 'CREATE INDEX i ON t (a) WHERE a IN (SELECT id FROM _rowhouse_tables)' WHERE name = 'i';`,
    /subqueries prohibited/,
  ],
  [
    'a trigger that is stored as TRIGGER',
    `CREATE TABLE t (a); ${DELETE_ALL} ${WRITE_SCHEMA} UPDATE sqlite_schema SET type = 'TRIGGER' WHERE type = 'trigger';`,
    /stores the type of an object wrongly/,
  ],
  [
    'a view that is stored as View',
    `CREATE VIEW v AS SELECT * FROM _rowhouse_tables; ${WRITE_SCHEMA} UPDATE sqlite_schema SET type = 'View' WHERE type = 'view';`,
    /stores the type of an object wrongly/,
  ],
  [
    'a virtual table that is stored with a page, like a table',
    `CREATE TABLE t (a); CREATE VIRTUAL TABLE f USING fts5 (name, content = _rowhouse_tables); ${WRITE_SCHEMA}
     UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 't') WHERE name = 'f';`,
    /stores the type of an object wrongly/,
  ],
  [
    'a table that shares the pages of such a table',
    `CREATE TABLE t (a); ${WRITE_SCHEMA}
     UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 't') WHERE name = '_rowhouse_tables';`,
    /damaged/,
  ],
];

test('a file whose schema reaches the service’s tables is refused, whatever it does to hide it', async () => {
  await using server = await borrowTestServer();
  await server.createProject('shop');
  for (const [what, sql, says] of HOSTILE) {
    const file = databaseFile(sql.startsWith('PRAGMA encoding') ? sql : METADATA_TABLES + sql);
    const { status, body } = await importDatabase(server, 'shop', file);
    assert.equal(status, 400, what);
    assert.match(body.error?.message ?? '', says, what);
  }
});

test('a file whose trigger is stored as TRIGGER is refused, although the trigger uses only its own tables', async () => {
  await using server = await borrowTestServer();
  await server.createProject('shop');
  // The service would not see the trigger, and would run its endless statement on a thread.
  const endless = `CREATE TABLE t (a); CREATE TRIGGER r AFTER INSERT ON t BEGIN
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT max(i) FROM n; END;`;
  const file = databaseFile(
    `${endless} ${WRITE_SCHEMA} UPDATE sqlite_schema SET type = upper(type) WHERE name = 'r';`,
  );
  assert.equal((await importDatabase(server, 'shop', file)).status, 400);
});

test('of the rows that a file has in the service’s tables, only sound ones are kept', async () => {
  await using server = await borrowTestServer();
  await server.createProject('shop');
  const file = databaseFile(`${METADATA_TABLES}
    CREATE TABLE kept (id INTEGER PRIMARY KEY, a); CREATE TABLE long (a); CREATE TABLE bad (a); CREATE TABLE far (a);
    INSERT INTO _rowhouse_tables (id, name, display_name, created_at, updated_at) VALUES
      (7, 'KEPT', 'Kept', '2026-01-02T03:04:05Z', '2026-01-02T03:04:06Z'),
      (8, 'long', printf('%.*c', 1000000, 'x'), 'yesterday', '2026-13-01T00:00:00Z'),
      (9, 'bad', 'two' || char(10) || 'lines', '2026-01-02T03:04:05Z' || char(0) || 'x', ''),
      (9223372036854775806, 'far', NULL, '', ''), (-5, 'missing too', NULL, '', '');
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
      INSERT INTO _rowhouse_tables (id, name) SELECT 100 + i, 'missing ' || i FROM n;
    INSERT INTO _rowhouse_columns (id, table_id, name, created_at, updated_at) VALUES
      (3, 7, 'A', '2026-01-02T03:04:05Z', '2026-01-02T03:04:06Z'), (4, 7, 'missing', '', ''), (5, 77, 'a', '', '');
    UPDATE sqlite_sequence SET seq = 9223372036854775807 WHERE name = '_rowhouse_columns';`);

  const { status, body } = await importDatabase(server, 'shop', file);

  assert.equal(status, 201, JSON.stringify(body.error));
  const path = join(server.dataDir, 'projects', 'shop', 'database.sqlite');
  const rows = `SELECT id, name, display_name, created_at < '2027', length(created_at), length(updated_at) FROM _rowhouse_tables`;
  assert.equal(runSqliteShell(path, rows), '7|KEPT|Kept|1|20|20\n8|long||1|20|20\n9|bad||1|20|20\n');
  assert.equal(
    runSqliteShell(path, 'SELECT id, table_id, name, created_at FROM _rowhouse_columns'),
    '3|7|A|2026-01-02T03:04:05Z\n',
  );
  const kept = await server.call('GET', '/projects/shop/table/kept');
  assert.equal(kept.status, 200);
  assert.equal(kept.body.data.table.id, 7);
  assert.equal(kept.body.data.table.created_at, '2026-01-02T03:04:05Z');
  const made = await server.call('POST', '/projects/shop/table', { json: { table_name: 'next' } });
  assert.equal(made.status, 201, JSON.stringify(made.body.error));
});

test('values of another type in the service’s tables are left out', async () => {
  await using server = await borrowTestServer();
  await server.createProject('shop');
  // STRICT refuses them, so the table is not STRICT while they are stored.
  const file = databaseFile(`${METADATA_TABLES} CREATE TABLE t (a); CREATE TABLE u (a);
    INSERT INTO _rowhouse_tables (id, name) VALUES (1, 't'), (2, 'u'); ${WRITE_SCHEMA}
    CREATE TABLE original AS SELECT name, sql FROM sqlite_schema WHERE name LIKE '\\_rowhouse%' ESCAPE '\\';
    UPDATE sqlite_schema SET sql = replace(sql, 'STRICT', '') WHERE name LIKE '\\_rowhouse%' ESCAPE '\\';
    PRAGMA writable_schema = RESET;
    UPDATE _rowhouse_tables SET display_name = x'ff00', created_at = 5 WHERE id = 1;
    UPDATE _rowhouse_tables SET display_name = CAST(x'61eda080' AS TEXT), name = x'75' WHERE id = 2;
    INSERT INTO _rowhouse_columns (id, table_id, name) VALUES (1, 'one', 'a'), (2, 1, x'61');
    PRAGMA writable_schema = ON;
    UPDATE sqlite_schema AS s SET sql = (SELECT o.sql FROM original o WHERE o.name = s.name) WHERE name LIKE '\\_rowhouse%' ESCAPE '\\';
    DROP TABLE original;`);

  const { status, body } = await importDatabase(server, 'shop', file);

  assert.equal(status, 201, JSON.stringify(body.error));
  const path = join(server.dataDir, 'projects', 'shop', 'database.sqlite');
  const sql = `SELECT id, name, typeof(name), display_name, typeof(created_at) FROM _rowhouse_tables;
    SELECT count(*) FROM _rowhouse_columns;`;
  assert.equal(runSqliteShell(path, sql), '1|t|text||text\n0\n');
  assert.equal((await server.call('GET', '/projects/shop/tables')).status, 200);
});

test('a trigger or view that another program adds to a project cannot use the service’s tables in a write', async () => {
  await using server = await borrowTestServer();
  await server.createProject('shop');
  const path = join(server.dataDir, 'projects', 'shop', 'database.sqlite');
  runSqliteShell(path, 'CREATE TABLE t (a TEXT);');
  assert.equal((await server.call('GET', '/projects/shop/table/t')).status, 200);
  for (const statement of [
    'DELETE FROM "_Rowhouse_Tables"',
    'UPDATE main_view SET a = 1',
    'INSERT INTO _rowhouse_columns (table_id, name) VALUES (1, new.a)',
    'UPDATE t SET a = (SELECT max(name) FROM _rowhouse_tables)',
  ]) {
    runSqliteShell(
      path,
      `CREATE VIEW IF NOT EXISTS main_view AS SELECT a FROM t;
       CREATE TRIGGER IF NOT EXISTS through INSTEAD OF UPDATE ON main_view BEGIN DELETE FROM _rowhouse_tables; END;
       DROP TRIGGER IF EXISTS r; CREATE TRIGGER r AFTER INSERT ON t BEGIN ${statement}; END;`,
    );
    const { status, body } = await server.call('POST', '/projects/shop/records/t', { json: { a: 'x' } });
    assert.equal(`${status} ${body.error?.code}`, '409 conflict', statement);
    assert.match(body.error?.message ?? '', /uses a table of the service/);
  }
  assert.equal(
    runSqliteShell(path, 'SELECT count(*) FROM t; SELECT count(*) FROM _rowhouse_tables;'),
    '0\n1\n',
  );
  runSqliteShell(path, 'DROP TRIGGER r;');
  const written = await server.call('POST', '/projects/shop/records/t', { json: { a: 'x' } });
  assert.equal(written.status, 201, 'other triggers of the file do not matter to this table');
});
