import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';

import { databaseFile } from '../../testing/databases/database-file.ts';
import { queryDatabase } from '../../testing/databases/query-database.ts';
import { borrowTestServer } from '../../testing/http/borrowed-server.ts';
import { importDatabase } from '../../testing/http/import-and-export.ts';
import { type Answer, fieldsAtFault, type TestServer } from '../../testing/http/test-server.ts';
import { runSqliteShell } from '../../testing/tools/sqlite-shell.ts';

const CONTACTS = '/projects/crm/column/contacts';
const COLUMN_KEYS = [
  'id',
  'table_name',
  'column_name',
  'column_type',
  'is_nullable',
  'default_value',
  'is_primary',
  'is_unique',
  'created_at',
  'updated_at',
  'default_expression',
];

let server: TestServer;
before(async () => {
  server = await borrowTestServer();
});
after(() => server[Symbol.asyncDispose]());

/** Creates the project anew with this schema and these rows. */
async function given(statements: string): Promise<void> {
  await server.call('DELETE', '/projects/crm', { json: { confirm_project_slug: 'crm' } });
  await server.createProject('crm');
  shell(statements);
}

async function givenImported(statements: string): Promise<void> {
  await given('');
  const imported = await importDatabase(server, 'crm', databaseFile(statements));
  assert.equal(imported.status, 201, JSON.stringify(imported.body.error));
}

function shell(sql: string): string {
  return runSqliteShell(databasePath(), sql).trimEnd();
}

function query(sql: string): readonly object[] {
  return queryDatabase(databasePath(), sql);
}

function databasePath(): string {
  return join(server.dataDir, 'projects', 'crm', 'database.sqlite');
}

async function done(method: string, path: string, json?: unknown): Promise<Answer['body']['data']> {
  const { status, body } = await server.call(method, path, json === undefined ? {} : { json });
  assert.ok(status < 300, `${method} ${path}: ${JSON.stringify(body.error)}`);
  assert.deepEqual({ ...query('PRAGMA integrity_check')[0] }, { integrity_check: 'ok' });
  assert.deepEqual(query('PRAGMA foreign_key_check'), []);
  return body.data;
}

/** For a file that SQLite cannot check as a whole. */
async function succeeds(method: string, path: string, json?: unknown): Promise<void> {
  const { status, body } = await server.call(method, path, { json });
  assert.ok(status < 300, JSON.stringify(body.error));
}

async function refused(code: string, method: string, path: string, json?: unknown): Promise<Answer> {
  const schema = query('SELECT sql FROM sqlite_schema ORDER BY rowid');
  const answer = await server.call(method, path, json === undefined ? {} : { json });
  assert.equal(answer.body.error?.code, code, `${method} ${path}: ${JSON.stringify(answer.body)}`);
  assert.deepEqual(query('SELECT sql FROM sqlite_schema ORDER BY rowid'), schema, 'nothing was changed');
  return answer;
}

function messageOf(answer: Answer): string {
  return answer.body.error?.message ?? '';
}

const SCHEMA = `
  CREATE TABLE owners (id INTEGER PRIMARY KEY, name TEXT) STRICT;
  CREATE TABLE contacts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    email TEXT NOT NULL UNIQUE, -- where they are
    phone TEXT,
    age INTEGER DEFAULT 18,
    owner_id INTEGER REFERENCES owners (id),
    CHECK (age >= 0)
  ) STRICT;
  INSERT INTO owners VALUES (1, 'Ada');
  INSERT INTO contacts (id, email, owner_id) VALUES (7, 'a@x', 1), (9, 'b@x', NULL);
  DELETE FROM contacts WHERE id = 9;
  INSERT INTO contacts (id, email) VALUES (8, 'c@x');`;

describe('the columns of a table', () => {
  beforeEach(() => given(SCHEMA));

  test('are listed in the documented form, and one is found by its name in any case or by its id', async () => {
    const listed = await done('GET', CONTACTS);
    assert.deepEqual(Object.keys(listed), ['table', 'columns']);
    assert.equal(listed.table, 'contacts');
    const table = await done('GET', '/projects/crm/table/contacts');
    assert.deepEqual(listed.columns, table.columns);
    const [, email] = listed.columns;
    assert.deepEqual(Object.keys(email), COLUMN_KEYS);
    for (const column of ['email', 'EMAIL', String(email.id)]) {
      const found = await done('GET', `/projects/crm/column/${table.table.id}/${column}`);
      assert.deepEqual(Object.keys(found), ['table', 'column']);
      assert.deepEqual(found, { table: 'contacts', column: email });
    }
    const [first] = (await done('GET', '/projects/crm/column/owners')).columns;
    for (const path of [`${CONTACTS}/zzz`, `${CONTACTS}/${first.id}`, '/projects/crm/column/zzz/id']) {
      await refused('not_found', 'GET', path);
    }
  });

  test('include a new column as requested, with its default in existing rows', async () => {
    const added = await done('POST', CONTACTS, {
      column_name: 'status',
      column_type: 'text',
      is_nullable: false,
      default_value: "it's new",
    });
    assert.deepEqual(Object.keys(added), ['table', 'column']);
    assert.deepEqual(Object.keys(added.column), COLUMN_KEYS);
    const { created_at, updated_at, id, ...column } = added.column;
    assert.ok(id > 7 && created_at === updated_at);
    assert.deepEqual(column, {
      table_name: 'contacts',
      column_name: 'status',
      column_type: 'TEXT',
      is_nullable: 0,
      default_value: "it's new",
      is_primary: 0,
      is_unique: 0,
      default_expression: null,
    });
    const { rows } = await done('GET', '/projects/crm/records/contacts?columns=id,status');
    assert.deepEqual(rows, [
      { id: 7, status: "it's new" },
      { id: 8, status: "it's new" },
    ]);
    const large = await server.call('POST', CONTACTS, {
      body: '{"column_name":"large","column_type":"INTEGER","default_value":9223372036854775807}',
      headers: { 'content-type': 'application/json' },
    });
    assert.equal(large.body.data.column.default_value, '9223372036854775807');
    const plain = await done('POST', CONTACTS, { column_name: 'note' });
    assert.deepEqual([plain.column.column_type, plain.column.is_nullable], ['TEXT', 1]);
    const unique = await done('POST', CONTACTS, { column_name: 'code', is_unique: 'yes' });
    assert.equal(unique.column.is_unique, 1);
  });

  test('do not include an invalid new column', async () => {
    for (const [json, field] of [
      [{}, 'body.column_name'],
      [{ column_name: 'no good' }, 'body.column_name'],
      [{ column_name: 'a', column_type: 'VARCHAR' }, 'body.column_type'],
      [{ column_name: 'a', is_primary: true }, 'body.is_primary'],
      [{ column_name: 'a', default_value: {} }, 'body.default_value'],
      [{ column_name: 'a', colour: 1 }, 'body.colour'],
    ] as const) {
      assert.deepEqual(fieldsAtFault(await refused('validation_failed', 'POST', CONTACTS, json)), [field]);
    }
    await refused('already_exists', 'POST', CONTACTS, { column_name: 'EMAIL' });
    const empty = await refused('constraint_violation', 'POST', CONTACTS, {
      column_name: 'a',
      is_nullable: false,
    });
    assert.deepEqual(fieldsAtFault(empty), ['body.default_value']);
    const twice = { column_name: 'a', is_unique: true, default_value: 'x' };
    assert.match(
      messageOf(await refused('constraint_violation', 'POST', CONTACTS, twice)),
      /'x' \(2 times\)/,
    );
    await refused('not_found', 'POST', '/projects/crm/column/zzz', { column_name: 'a' });
  });

  test('cannot be extended if a view or a trigger depends on their number', async () => {
    shell(`CREATE TABLE log (a, b); CREATE TRIGGER t AFTER DELETE ON owners BEGIN INSERT INTO log VALUES (1, 2); END;
      CREATE VIEW v (id, name) AS SELECT * FROM owners;`);
    const log = await refused('conflict', 'POST', '/projects/crm/column/log', { column_name: 'c' });
    assert.match(messageOf(log), /DELETE triggers of owners/);
    const owners = await refused('conflict', 'POST', '/projects/crm/column/owners', { column_name: 'c' });
    assert.match(messageOf(owners), /view v/);
  });

  test('are at most 1,001', async () => {
    const columns = Array.from({ length: 1_000 }, (_, position) => ({ column_name: `c${position}` }));
    await done('POST', '/projects/crm/table', { table_name: 'wide', columns });
    await refused('conflict', 'POST', '/projects/crm/column/wide', { column_name: 'more' });
  });
});

describe('a changed column', () => {
  beforeEach(() => given(SCHEMA));

  test('keeps its id when it is renamed, and references follow its new name', async () => {
    shell(`CREATE VIEW v AS SELECT email, age FROM contacts;
      CREATE INDEX i ON contacts (age DESC) WHERE age > 1;
      CREATE TRIGGER t AFTER UPDATE OF age ON contacts BEGIN SELECT new.age; END;
      CREATE TRIGGER w AFTER INSERT ON owners BEGIN
        INSERT INTO contacts (email, age) VALUES (new.name, 1);
        UPDATE contacts SET age = age + 1, email = lower(email) WHERE contacts.email = new.name;
      END;
      CREATE TABLE child (email TEXT REFERENCES contacts (email));`);
    const email = (await done('GET', `${CONTACTS}/email`)).column;
    const renamed = await done('PATCH', `${CONTACTS}/${email.id}`, { new_column_name: 'address' });
    assert.deepEqual(renamed, {
      table: 'contacts',
      column: { ...email, column_name: 'address', updated_at: renamed.column.updated_at },
    });
    await done('PATCH', `${CONTACTS}/AGE`, { new_column_name: 'years' });
    await done('PATCH', `${CONTACTS}/years`, { new_column_name: 'Years' });
    assert.equal(shell('SELECT * FROM v;'), 'a@x|18\nc@x|18');
    await done('POST', '/projects/crm/records/owners', { name: 'Eve' });
    assert.equal(shell('SELECT address, Years FROM contacts WHERE id = 10;'), 'eve|2');
    const { foreign_keys } = await done('GET', '/projects/crm/table/child');
    assert.deepEqual(foreign_keys[0].references_columns, ['address']);
    await refused('already_exists', 'PATCH', `${CONTACTS}/address`, { new_column_name: 'PHONE' });
  });

  test('gets or loses a default, and existing rows are unchanged', async () => {
    await done('POST', CONTACTS, { column_name: 'late', column_type: 'INTEGER', default_value: 1 });
    const rows = shell('SELECT rowid, * FROM contacts;');
    const sequence = shell('SELECT * FROM sqlite_sequence ORDER BY name;');
    const changed = await done('PATCH', `${CONTACTS}/late`, { default_value: 2 });
    assert.equal(changed.column.default_value, 2);
    assert.equal(
      (await done('PATCH', `${CONTACTS}/late`, { default_value: null })).column.default_value,
      null,
    );
    assert.equal(shell('SELECT rowid, * FROM contacts;'), rows);
    assert.equal(shell('SELECT * FROM sqlite_sequence ORDER BY name;'), sequence);
    const { row } = await done('POST', '/projects/crm/records/contacts', { email: 'd@x' });
    assert.equal(row.id, 10, 'no id is given twice');
    assert.match(shell("SELECT sql FROM sqlite_schema WHERE name = 'contacts';"), /-- where they are/);
  });

  test('becomes not nullable if no row has NULL; otherwise the error has their number', async () => {
    const answer = await refused('constraint_violation', 'PATCH', `${CONTACTS}/phone`, {
      is_nullable: false,
    });
    assert.equal(messageOf(answer), '2 rows have null in the column phone.');
    shell("UPDATE contacts SET phone = 'x' || id;");
    assert.equal((await done('PATCH', `${CONTACTS}/phone`, { is_nullable: 'no' })).column.is_nullable, 0);
    assert.equal((await done('PATCH', `${CONTACTS}/phone`, { is_nullable: 1 })).column.is_nullable, 1);
    await refused('conflict', 'PATCH', `${CONTACTS}/id`, { is_nullable: true });
  });

  test('becomes unique if no value is duplicated; otherwise the error names the duplicates', async () => {
    const age = await refused('constraint_violation', 'PATCH', `${CONTACTS}/age`, { is_unique: true });
    assert.equal(messageOf(age), 'The column age has 1 value more than once: 18 (2 times).');
    assert.equal((await done('PATCH', `${CONTACTS}/phone`, { is_unique: true })).column.is_unique, 1);
    assert.equal((await done('PATCH', `${CONTACTS}/phone`, { is_unique: false })).column.is_unique, 0);
    assert.equal((await done('PATCH', `${CONTACTS}/email`, { is_unique: false })).column.is_unique, 0);
    const { rows } = await done('GET', '/projects/crm/records/contacts');
    assert.deepEqual(
      rows.map(({ id }: { id: number }) => id),
      [7, 8],
    );
    assert.match(
      messageOf(await refused('conflict', 'PATCH', `${CONTACTS}/id`, { is_unique: false })),
      /primary/,
    );
  });

  test('stays unique while foreign keys reference it', async () => {
    shell("CREATE TABLE child (email TEXT REFERENCES contacts (email)); INSERT INTO child VALUES ('a@x');");
    const answer = await refused('conflict', 'PATCH', `${CONTACTS}/email`, { is_unique: false });
    assert.match(messageOf(answer), /the table child/);
    await done('PATCH', `${CONTACTS}/email`, { default_value: 'none' });
  });

  test('gets another type only while it has no values, and loses its default', async () => {
    const answer = await refused('conflict', 'PATCH', `${CONTACTS}/age`, { column_type: 'TEXT' });
    assert.match(messageOf(answer), /holds values in 2 rows/);
    const changed = await done('PATCH', `${CONTACTS}/phone`, {
      column_type: 'integer',
      default_value: 5,
      new_column_name: 'number',
    });
    assert.deepEqual([changed.column.column_type, changed.column.default_value], ['INTEGER', 5]);
    const text = await done('PATCH', `${CONTACTS}/number`, { column_type: 'TEXT' });
    assert.deepEqual([text.column.column_type, text.column.default_value], ['TEXT', '5']);
    await done('PATCH', `${CONTACTS}/number`, { default_value: 'none' });
    const stale = await refused('validation_failed', 'PATCH', `${CONTACTS}/number`, {
      column_type: 'INTEGER',
    });
    assert.deepEqual(fieldsAtFault(stale), ['body.default_value']);
    await done('PATCH', `${CONTACTS}/age`, { column_type: 'INTEGER' });
  });

  test('rejects invalid changes', async () => {
    for (const [json, field] of [
      [{}, 'body'],
      [{ new_column_name: '' }, 'body.new_column_name'],
      [{ column_type: 'UUID' }, 'body.column_type'],
      [{ default_value: [] }, 'body.default_value'],
      [{ is_primary: true }, 'body.is_primary'],
    ] as const) {
      const answer = await refused('validation_failed', 'PATCH', `${CONTACTS}/phone`, json);
      assert.deepEqual(fieldsAtFault(answer), [field]);
    }
    await refused('validation_failed', 'PATCH', `${CONTACTS}/id`, { default_value: 1 });
    await refused('not_found', 'PATCH', `${CONTACTS}/zzz`, { is_unique: true });
  });
});

describe('several changed columns', () => {
  beforeEach(() => given(SCHEMA));

  test('change together', async () => {
    const ids = (await done('GET', CONTACTS)).columns.map(({ id }: { id: number }) => id);
    const answer = await done('PATCH', CONTACTS, {
      columns: [
        { column_name: 'phone', new_column_name: 'email', column_type: 'INTEGER', default_value: 7 },
        { column_name: 'email', new_column_name: 'phone', is_unique: false },
        { column_name: String(ids[3]), is_nullable: false, default_value: 21 },
      ],
    });
    assert.deepEqual(answer, { updated_count: 3 });
    const { columns } = await done('GET', CONTACTS);
    assert.deepEqual(
      columns.map(({ id, column_name }: { id: number; column_name: string }) => [id, column_name]),
      [
        [ids[0], 'id'],
        [ids[1], 'phone'],
        [ids[2], 'email'],
        [ids[3], 'age'],
        [ids[4], 'owner_id'],
      ],
    );
    assert.equal(shell('SELECT * FROM contacts;'), '7|a@x||18|1\n8|c@x||18|');
    assert.deepEqual([columns[3].is_nullable, columns[3].default_value], [0, 21]);
  });

  test('are all unchanged if one cannot be changed', async () => {
    for (const [code, change, field] of [
      ['validation_failed', { column_name: 'zzz', is_unique: true }, 'body.columns[1].column_name'],
      ['validation_failed', { column_name: 'EMAIL', is_unique: true }, 'body.columns[1].column_name'],
      ['validation_failed', { column_name: 'age', default_value: 'x' }, 'body.columns[1].default_value'],
      ['validation_failed', { column_name: 'age' }, 'body.columns[1]'],
      ['constraint_violation', { column_name: 'phone', is_nullable: false }, undefined],
      ['constraint_violation', { column_name: 'age', is_unique: true }, undefined],
      ['already_exists', { column_name: 'age', new_column_name: 'renamed' }, undefined],
    ] as const) {
      const first = { column_name: 'email', new_column_name: 'renamed', default_value: 'none' };
      const answer = await refused(code, 'PATCH', CONTACTS, { columns: [first, change] });
      assert.deepEqual(fieldsAtFault(answer), field === undefined ? [] : [field]);
    }
    assert.deepEqual(fieldsAtFault(await refused('validation_failed', 'PATCH', CONTACTS, { columns: [] })), [
      'body.columns',
    ]);
  });
});

describe('a dropped column', () => {
  beforeEach(() => given(SCHEMA));

  test('is dropped with its own constraints, foreign key and indexes', async () => {
    shell(
      'CREATE INDEX one ON contacts (phone); CREATE TABLE log (who REFERENCES owners ON DELETE CASCADE, UNIQUE (who), FOREIGN KEY (who) REFERENCES owners); INSERT INTO log (rowid, who) VALUES (5, 1);',
    );
    const { columns } = await done('GET', CONTACTS);
    assert.deepEqual(await done('DELETE', `${CONTACTS}/PHONE`), { deleted: true, column_name: 'phone' });
    await done('DELETE', `${CONTACTS}/${columns[1].id}`);
    await done('DELETE', `${CONTACTS}/owner_id`);
    assert.equal(shell('SELECT rowid, * FROM contacts;'), '7|7|18\n8|8|18');
    await done('POST', '/projects/crm/column/log', { column_name: 'what' });
    await done('DELETE', '/projects/crm/column/log/who');
    assert.equal(shell('SELECT rowid, * FROM log;'), '5|');
    await refused('conflict', 'DELETE', '/projects/crm/column/log/what');
    await refused('not_found', 'DELETE', `${CONTACTS}/phone`);
    const added = await done('POST', CONTACTS, { column_name: 'phone' });
    assert.ok(added.column.id > columns[4].id, 'no id is given twice');
  });

  const users: readonly (readonly [what: string, sql: string, named: RegExp])[] = [
    ['an index over others too', 'CREATE INDEX both ON contacts (email, phone)', /the index both/],
    ['an index on an expression', 'CREATE INDEX low ON contacts (lower(phone))', /index low/],
    ['a partial index', 'CREATE INDEX part ON contacts (email) WHERE phone > 1', /index part/],
    ['a view', 'CREATE VIEW book AS SELECT phone FROM contacts', /view book/],
    [
      'a trigger',
      'CREATE TRIGGER t AFTER INSERT ON owners BEGIN UPDATE contacts SET phone = 1; END',
      /INSERT triggers of owners.*phone/,
    ],
    [
      'a trigger that waits for it',
      'CREATE TRIGGER t AFTER UPDATE OF phone ON contacts BEGIN SELECT 1; END',
      /trigger t/,
    ],
    [
      'a trigger that reads it',
      'CREATE TRIGGER t AFTER DELETE ON contacts BEGIN SELECT old.phone; END',
      /trigger t/,
    ],
    [
      'a generated column',
      'ALTER TABLE contacts ADD COLUMN g TEXT AS (phone || 1)',
      /the generated column g/,
    ],
  ];
  for (const [what, sql, named] of users) {
    test(`cannot be dropped while ${what} uses it`, async () => {
      shell(`${sql};`);
      assert.match(messageOf(await refused('conflict', 'DELETE', `${CONTACTS}/phone`)), named);
    });
  }

  test('cannot be dropped from the primary key, a CHECK of the table, or a key that foreign keys reference', async () => {
    shell('CREATE TABLE child (email TEXT REFERENCES contacts (email));');
    for (const [column, named] of [
      ['id', /primary key/],
      ['age', /the constraint CHECK \(age >= 0\)/],
      ['email', /the table child/],
    ] as const) {
      assert.match(messageOf(await refused('conflict', 'DELETE', `${CONTACTS}/${column}`)), named);
    }
  });
});

test('columns of views and virtual tables cannot be changed, and generated ones keep their expressions', async () => {
  await given(`CREATE TABLE t (a, b AS (a + 1) STORED, c INT AS (a)); CREATE VIEW v AS SELECT a FROM t;
    CREATE VIRTUAL TABLE f USING fts5(title); INSERT INTO t VALUES (1);`);
  for (const table of ['v', 'f']) {
    await refused('conflict', 'POST', `/projects/crm/column/${table}`, { column_name: 'x' });
    await refused('conflict', 'PATCH', `/projects/crm/column/${table}/a`, { is_unique: true });
    await refused('conflict', 'PATCH', `/projects/crm/column/${table}`, {
      columns: [{ column_name: 'a', is_unique: true }],
    });
    await refused('conflict', 'DELETE', `/projects/crm/column/${table}/a`);
  }
  assert.equal((await done('GET', '/projects/crm/column/f')).columns[0].column_name, 'title');
  await refused('conflict', 'PATCH', '/projects/crm/column/t/b', { default_value: 1 });
  await refused('conflict', 'PATCH', '/projects/crm/column/t/c', { column_type: 'TEXT' });
  await done('PATCH', '/projects/crm/column/t/b', {
    new_column_name: 'sum',
    is_nullable: false,
    is_unique: true,
  });
  await done('DELETE', '/projects/crm/column/t/c');
  await done('DELETE', '/projects/crm/column/t/sum');
  assert.equal(shell('SELECT * FROM t;'), '1');
});

test('columns of an imported table with unusual names are found and changed by these names', async () => {
  const names = ['Order Details', 'naïve', '_x', 'a/b', '7', 'double"quote', '😀', 'rowid'];
  const quoted = names.map((name) => `"${name.replaceAll('"', '""')}" VARCHAR(9)`);
  await givenImported(
    `CREATE TABLE "naïve ""t""" (${quoted.join(', ')}); INSERT INTO "naïve ""t""" DEFAULT VALUES;`,
  );
  const path = `/projects/crm/column/${encodeURIComponent('naïve "t"')}`;
  for (const name of names) {
    const column = `${path}/${encodeURIComponent(name)}`;
    assert.equal((await done('GET', column)).column.column_name, name);
    const changed = await done('PATCH', column, { default_value: 'x', is_unique: true });
    assert.deepEqual([changed.column.default_value, changed.column.is_unique], ['x', 1]);
    assert.equal((await done('PATCH', column, { is_unique: false })).column.is_unique, 0);
  }
  await refused('validation_failed', 'POST', path, { column_name: 'any', column_type: 'ANY' });
  assert.equal((await done('PATCH', `${path}/_x`, { new_column_name: 'x' })).column.column_name, 'x');
  assert.deepEqual(await done('DELETE', `${path}/na%C3%AFve`), { deleted: true, column_name: 'naïve' });
});

test('child rows are kept when their parent table is rebuilt, whatever their ON DELETE action is', async () => {
  await given(`CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT UNIQUE);
    INSERT INTO parent VALUES (1, 'a'), (2, 'b');
    CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id REFERENCES parent ON DELETE CASCADE, name REFERENCES parent (name) ON DELETE SET NULL);
    INSERT INTO child VALUES (1, 1, 'a'), (2, 2, 'b'), (3, 2, NULL);
    CREATE TRIGGER loud AFTER DELETE ON parent BEGIN DELETE FROM child; END;
    CREATE TRIGGER louder AFTER INSERT ON parent BEGIN SELECT raise(ABORT, 'no'); END;`);
  const rows = shell('SELECT * FROM child;');
  await done('PATCH', '/projects/crm/column/parent/name', { default_value: 'nobody' });
  await done('POST', '/projects/crm/column/parent', { column_name: 'empty' });
  await done('PATCH', '/projects/crm/column/parent/empty', { column_type: 'INTEGER' });
  assert.equal(shell('SELECT * FROM child;'), rows);
  assert.equal(shell("SELECT group_concat(name) FROM sqlite_schema WHERE type = 'trigger';"), 'loud,louder');
});

test('errors in an imported file are kept, and do not prevent a change', async () => {
  await givenImported(`PRAGMA ignore_check_constraints = ON;
    CREATE TABLE parent (id INTEGER PRIMARY KEY);
    CREATE TABLE t (a INTEGER CHECK (t.a > 0), b REFERENCES parent, c TEXT, UNIQUE (c) ON CONFLICT REPLACE);
    INSERT INTO t VALUES (-1, 99, 'x'), (1, NULL, NULL), (2, NULL, NULL);
    CREATE VIEW broken AS SELECT * FROM nowhere;
    CREATE TRIGGER odd INSTEAD OF DELETE ON broken BEGIN SELECT 1; END;
    CREATE TABLE log (at);
    CREATE TRIGGER one AFTER INSERT ON log BEGIN INSERT INTO nowhere VALUES (1); END;
    CREATE TRIGGER two AFTER INSERT ON log BEGIN UPDATE t SET c = new.at; END;`);
  const programs = () =>
    shell(
      "SELECT type, name, sql FROM sqlite_schema WHERE type IN ('view', 'trigger') ORDER BY type, rowid;",
    );
  const broken = programs();
  const rows = shell('SELECT rowid, * FROM t;');
  const changed = await server.call('PATCH', '/projects/crm/column/t/c', { json: { default_value: 'y' } });
  assert.equal(changed.status, 200, JSON.stringify(changed.body.error));
  assert.equal(shell('SELECT rowid, * FROM t;'), rows);
  // The foreign key of the file stays broken, so the result of `done` is not checked.
  const path = '/projects/crm/column/t';
  const renamed = await server.call('PATCH', `${path}/c`, { json: { new_column_name: 'd' } });
  assert.equal(renamed.status, 200, JSON.stringify(renamed.body.error));
  assert.equal(programs(), broken.replace('SET c =', 'SET "d" ='));
  assert.equal((await server.call('DELETE', `${path}/b`)).status, 200);
  assert.equal(
    (await server.call('PATCH', '/projects/crm/table/t', { json: { new_table_name: 'u' } })).status,
    200,
  );
  assert.equal(shell('SELECT rowid, a, d FROM u;'), '1|-1|x\n2|1|\n3|2|');
  const mentioned = await refused('conflict', 'PATCH', '/projects/crm/table/log', { new_table_name: 'logs' });
  assert.match(messageOf(mentioned), /trigger one mentions log and does not compile/);
});

test('a trigger of an attached database, and indexes that SQLite cannot compile, do not prevent a change and stay as they are', async () => {
  const texts = () =>
    shell("SELECT type, name, sql FROM sqlite_schema WHERE name LIKE 'odd%' ORDER BY name;");
  await givenImported(`.dbconfig defensive off
    PRAGMA auto_vacuum = FULL;
    CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT DEFAULT 'x'); CREATE TABLE log (line);
    CREATE TABLE u (id INTEGER PRIMARY KEY, note TEXT, more TEXT); INSERT INTO u VALUES (7, 'n', 'm');
    CREATE TRIGGER "odd first" AFTER INSERT ON t BEGIN INSERT INTO log (line) VALUES ('first'); END;
    CREATE TRIGGER "odd second" AFTER INSERT ON t BEGIN INSERT INTO log (line) VALUES ('second ' || new.b); END;
    CREATE TRIGGER "odd third" AFTER INSERT ON t BEGIN INSERT INTO log (line) VALUES ('third'); END;
    CREATE INDEX "odd locale" ON u (note COLLATE NOCASE); CREATE INDEX "odd string" ON t (a, "text");
    PRAGMA writable_schema = ON;
    UPDATE sqlite_schema SET sql = replace(replace(sql, 'ON t BEGIN INSERT INTO log (line) VALUES (''second', 'ON other.t BEGIN INSERT INTO log (line) VALUES (''second'), 'NOCASE', 'LOCALIZED');`);
  const stored = texts();
  assert.match(stored, /LOCALIZED[^]*ON other\.t/);
  const column = '/projects/crm/column';
  await succeeds('PATCH', `${column}/log/line`, { default_value: 'none' });
  // The trigger on t names the column of log, and SQLite cannot rewrite it.
  assert.match(
    messageOf(await refused('conflict', 'PATCH', `${column}/log/line`, { new_column_name: 'text' })),
    /odd second/,
  );
  await succeeds('PATCH', `${column}/u/more`, { new_column_name: 'rest' });
  await succeeds('DELETE', `${column}/u/rest`);
  await succeeds('POST', `${column}/t`, { column_name: 'c' });
  await succeeds('PATCH', `${column}/t/c`, { new_column_name: 'd' });
  await succeeds('PATCH', `${column}/t/d`, { column_type: 'INTEGER' });
  await succeeds('POST', '/projects/crm/table', { table_name: 'made' });
  await succeeds('PATCH', '/projects/crm/table/made', { new_table_name: 'named' });
  await succeeds('DELETE', '/projects/crm/table/named');
  assert.equal(texts(), stored);
  await succeeds('POST', '/projects/crm/records/t', { a: 'x' });
  assert.equal(shell('SELECT * FROM log; SELECT * FROM u;'), 'third\nsecond x\nfirst\n7|n');
  assert.equal(shell('PRAGMA integrity_check(t);'), 'ok');
});

test('a string in double quotes does not become a column that is added or renamed', async () => {
  await givenImported(`CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT CHECK (a IN ("open", 'x')), b TEXT, g TEXT AS (a || "joined") STORED);
    CREATE TABLE plain ("id" INTEGER PRIMARY KEY, "a" TEXT REFERENCES "t" ("id")); CREATE TABLE log (line);
    INSERT INTO t (id, a, b) VALUES (1, 'x', 'y'); CREATE INDEX i ON t (a, "listed"); CREATE UNIQUE INDEX u ON t (coalesce(b, "none"));
    CREATE VIEW v AS SELECT id, "shown" AS s FROM t; CREATE TRIGGER r AFTER UPDATE ON plain BEGIN INSERT INTO log VALUES ("fired"); END;`);
  for (const name of ['open', 'joined', 'listed', 'none', 'shown', 'SHOWN']) {
    assert.match(
      messageOf(await refused('conflict', 'POST', '/projects/crm/column/t', { column_name: name })),
      /has a string in double quotes that would become the new column/,
      name,
    );
    const renamed = { new_column_name: name };
    await refused('conflict', 'PATCH', '/projects/crm/column/t/b', renamed);
  }
  await refused('conflict', 'POST', '/projects/crm/column/plain', { column_name: 'fired' });
  for (const name of ['other', 'text']) await done('POST', '/projects/crm/column/t', { column_name: name });
  await done('POST', '/projects/crm/column/plain', { column_name: 't' });
});

test('an external-content full-text table keeps the column names that it reads', async () => {
  await given(`CREATE TABLE post (id INTEGER PRIMARY KEY, title TEXT, note TEXT);
    CREATE VIRTUAL TABLE search USING fts5(title, content='post', content_rowid='id');
    INSERT INTO post VALUES (5, 'hello', NULL); INSERT INTO search (search) VALUES ('rebuild');`);
  for (const [method, path, json] of [
    ['PATCH', '/projects/crm/column/post/title', { new_column_name: 'name' }],
    ['DELETE', '/projects/crm/column/post/title', undefined],
    ['PATCH', '/projects/crm/table/post', { new_table_name: 'posts' }],
    ['DELETE', '/projects/crm/table/post', { cascade: true }],
  ] as const) {
    assert.match(messageOf(await refused('conflict', method, path, json)), /full-text table search/);
  }
  await done('PATCH', '/projects/crm/column/post/note', { new_column_name: 'remark', default_value: 'x' });
  assert.equal(shell("SELECT rowid, title FROM search WHERE search MATCH 'hello';"), '5|hello');
});

test('the full-text table under a vocabulary, and the columns of a view that a full-text table reads, keep their names', async () => {
  await given(`CREATE TABLE post (id INTEGER PRIMARY KEY, title TEXT, note TEXT);
    CREATE VIEW titles AS SELECT id AS rowid, title, upper(note) AS loud FROM post;
    CREATE VIRTUAL TABLE search USING fts5(title, loud, content='titles'); CREATE VIRTUAL TABLE words USING fts5vocab('search', 'row');
    CREATE VIRTUAL TABLE old USING fts4(title); CREATE VIRTUAL TABLE "old words" USING fts4aux("old");
    INSERT INTO post VALUES (5, 'hello', NULL); INSERT INTO search (search) VALUES ('rebuild');`);
  for (const [method, path, json, named] of [
    ['PATCH', '/projects/crm/table/search', { new_table_name: 'found' }, /words/],
    ['DELETE', '/projects/crm/table/search', { cascade: true }, /words/],
    ['PATCH', '/projects/crm/table/old', { new_table_name: 'older' }, /old words/],
    ['DELETE', '/projects/crm/table/old', undefined, /old words/],
    [
      'PATCH',
      '/projects/crm/column/post/title',
      { new_column_name: 'name' },
      /search could no longer be read/,
    ],
    ['DELETE', '/projects/crm/table/post', { cascade: true }, /search could no longer be read/],
  ] as const) {
    assert.match(messageOf(await refused('conflict', method, path, json)), named);
  }
  await done('PATCH', '/projects/crm/column/post/note', { new_column_name: 'remark' });
  await done('PATCH', '/projects/crm/table/post', { new_table_name: 'posts' });
  assert.equal(
    shell("SELECT rowid, title FROM search WHERE search MATCH 'hello'; SELECT term FROM words;"),
    '5|hello\nhello',
  );
});
