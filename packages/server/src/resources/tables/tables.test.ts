import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { databaseFile } from '../../testing/databases/database-file.ts';
import { borrowTestServer } from '../../testing/http/borrowed-server.ts';
import { exportedSchema, importDatabase } from '../../testing/http/import-and-export.ts';
import { fieldsAtFault, startTestServer, type TestServer } from '../../testing/http/test-server.ts';
import { runSqliteShell } from '../../testing/tools/sqlite-shell.ts';

const TABLE_KEYS = ['id', 'table_name', 'display_name', 'created_at', 'updated_at'];
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
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

function shell(server: TestServer, project: string, sql: string): string {
  return runSqliteShell(join(server.dataDir, 'projects', project, 'database.sqlite'), sql);
}

test('creating a table returns the documented form and creates a STRICT table in the file', async () => {
  await using server = await borrowTestServer();
  const token = await server.createProject('crm');

  const created = await server.call('POST', '/projects/CRM/table', {
    token,
    json: {
      table_name: 'contacts',
      display_name: 'Contacts',
      columns: [
        { column_name: 'email', is_nullable: false, is_unique: true },
        { column_name: 'age', column_type: 'integer', default_value: 5 },
      ],
    },
  });
  assert.equal(created.status, 201);
  assert.deepEqual(Object.keys(created.body.data), ['table', 'columns']);
  const { table, columns } = created.body.data;
  assert.deepEqual(Object.keys(table), TABLE_KEYS);
  assert.equal(table.id, 1);
  assert.equal(table.table_name, 'contacts');
  assert.equal(table.display_name, 'Contacts');
  assert.match(table.created_at, TIME);
  for (const column of columns) assert.deepEqual(Object.keys(column), COLUMN_KEYS);
  const { created_at, updated_at, ...id } = columns[0];
  assert.match(created_at, TIME);
  assert.match(updated_at, TIME);
  assert.deepEqual(id, {
    id: 1,
    table_name: 'contacts',
    column_name: 'id',
    column_type: 'INTEGER',
    is_nullable: 0,
    default_value: null,
    is_primary: 1,
    is_unique: 1,
    default_expression: null,
  });
  const facts = columns.map((column: Record<string, unknown>) => [
    column['column_name'],
    column['column_type'],
    column['is_nullable'],
    column['default_value'],
    column['is_unique'],
  ]);
  assert.deepEqual(facts.slice(1), [
    ['email', 'TEXT', 0, null, 1],
    ['age', 'INTEGER', 1, 5, 0],
  ]);
  assert.equal(
    shell(server, 'crm', "SELECT sql FROM sqlite_schema WHERE name = 'contacts';"),
    `CREATE TABLE "contacts" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "email" TEXT NOT NULL UNIQUE,
  "age" INTEGER DEFAULT 5
) STRICT
`,
  );
  assert.equal(shell(server, 'crm', 'PRAGMA integrity_check;'), 'ok\n');
});

test('a table is found by its name in any case and by its id, with its indexes and foreign keys', async () => {
  await using server = await borrowTestServer();
  await server.createProject('crm');
  await server.call('POST', '/projects/crm/table', { json: { table_name: 'owners' } });
  const created = await server.call('POST', '/projects/crm/table', {
    json: {
      table_name: 'pets',
      columns: [
        { column_name: 'owner_id', column_type: 'INTEGER' },
        { column_name: 'tag', is_unique: true },
      ],
      foreign_keys: [{ columns: ['owner_id'], references_table: 'owners', on_delete: 'cascade' }],
      checks: ["tag <> ''"],
    },
  });
  assert.equal(created.status, 201, JSON.stringify(created.body.error));

  const found = await server.call('GET', '/projects/crm/table/pets');
  assert.deepEqual(Object.keys(found.body.data), ['table', 'columns', 'indexes', 'foreign_keys']);
  assert.deepEqual(found.body.data.table, created.body.data.table);
  assert.deepEqual(found.body.data.columns, created.body.data.columns);
  assert.deepEqual(found.body.data.indexes, [
    {
      name: 'sqlite_autoindex_pets_1',
      unique: true,
      origin: 'u',
      partial: false,
      columns: ['tag'],
      managed: false,
    },
  ]);
  assert.deepEqual(found.body.data.foreign_keys, [
    {
      columns: ['owner_id'],
      references_table: 'owners',
      references_columns: ['id'],
      on_delete: 'CASCADE',
      on_update: 'NO ACTION',
    },
  ]);
  for (const other of ['PETS', String(created.body.data.table.id)]) {
    assert.deepEqual((await server.call('GET', `/projects/crm/table/${other}`)).body.data, found.body.data);
  }
  for (const missing of ['cats', '99', '', '_rowhouse_tables', 'sqlite_sequence', '%00']) {
    const answer = await server.call('GET', `/projects/crm/table/${missing}`);
    assert.equal(answer.body.error?.code, 'not_found', missing);
  }
});

test('tables are listed by name, with row counts on request, under both URLs', async () => {
  await using server = await borrowTestServer();
  await server.createProject('crm');
  assert.deepEqual((await server.call('GET', '/projects/crm/tables')).body.data, { tables: [] });
  for (const table_name of ['b', 'a']) {
    await server.call('POST', '/projects/crm/table', { json: { table_name } });
  }
  shell(server, 'crm', 'INSERT INTO a DEFAULT VALUES; INSERT INTO a DEFAULT VALUES;');

  const listed = (await server.call('GET', '/projects/crm/tables')).body.data.tables;
  assert.deepEqual(
    listed.map((table: { id: number; table_name: string }) => [table.id, table.table_name]),
    [
      [2, 'a'],
      [1, 'b'],
    ],
  );
  assert.deepEqual(Object.keys(listed[0]), TABLE_KEYS);
  const counted = (await server.call('GET', '/projects/crm/table?include_count=yes')).body.data.tables;
  assert.deepEqual(Object.keys(counted[0]), [...TABLE_KEYS, 'row_count']);
  assert.deepEqual(
    counted.map((table: { row_count: number }) => table.row_count),
    [2, 0],
  );
});

test('the tables of an imported file with unusual names have ids at once, and are found by their names', async () => {
  await using server = await borrowTestServer();
  await server.createProject('shop');
  const names = ['Order Details', 'naïve', '_x', 'a/b', '7', 'double"quote', 'CON%20', '😀'];
  const quoted = names.map((name) => `"${name.replaceAll('"', '""')}"`);
  await importDatabase(
    server,
    'shop',
    databaseFile(
      `${quoted.map((name) => `CREATE TABLE ${name} (a VARCHAR(9) DEFAULT 'x', b DEFAULT (1 + 1));`).join('')}
       CREATE VIEW v AS SELECT 1; CREATE VIRTUAL TABLE search USING fts5(title);`,
    ),
  );

  for (const name of names) {
    const found = await server.call('GET', `/projects/shop/table/${encodeURIComponent(name)}`);
    assert.equal(found.body.data?.table.table_name, name);
    assert.deepEqual(
      found.body.data.columns.map(
        (column: { column_type: string; default_value: unknown; default_expression: unknown }) => [
          column.column_type,
          column.default_value,
          column.default_expression,
        ],
      ),
      [
        ['VARCHAR(9)', 'x', null],
        ['', null, '(1 + 1)'],
      ],
    );
  }
  const listed = (await server.call('GET', '/projects/shop/tables?include_count=1')).body.data.tables;
  assert.deepEqual(
    listed.map((table: { table_name: string }) => table.table_name),
    [...names, 'search'].toSorted(),
  );
  // A name takes precedence over an id.
  const seventh = listed.find((table: { id: number }) => table.id === 7);
  assert.notEqual(seventh.table_name, '7');
  assert.equal((await server.call('GET', '/projects/shop/table/7')).body.data.table.table_name, '7');
  assert.equal((await server.call('GET', '/projects/shop/table/v')).body.error?.code, 'not_found');
  assert.doesNotMatch(await exportedSchema(server, 'shop'), /_rowhouse/);
});

test('after another tool changed the file, new names get new ids, and the ids of missing ones are removed', async () => {
  await using server = await borrowTestServer();
  await server.createProject('crm');
  for (const table_name of ['stays', 'goes', 'renamed']) {
    await server.call('POST', '/projects/crm/table', { json: { table_name } });
  }
  shell(
    server,
    'crm',
    `DROP TABLE goes; ALTER TABLE renamed RENAME TO other; CREATE TABLE added (x);
     ALTER TABLE stays ADD COLUMN late TEXT; ALTER TABLE stays RENAME id TO key;`,
  );

  const stays = (await server.call('GET', '/projects/crm/table/stays')).body.data;
  assert.equal(stays.table.id, 1);
  assert.deepEqual(
    stays.columns.map((column: { column_name: string; id: number }) => [column.column_name, column.id > 3]),
    [
      ['key', true],
      ['late', true],
    ],
  );
  const listed = (await server.call('GET', '/projects/crm/tables')).body.data.tables;
  const ids = new Map(
    listed.map((table: { table_name: string; id: number }) => [table.table_name, table.id]),
  );
  assert.deepEqual([...ids.keys()], ['added', 'other', 'stays']);
  assert.equal((await server.call('GET', '/projects/crm/table/2')).status, 404);
  assert.equal((await server.call('GET', '/projects/crm/table/3')).status, 404);
  assert.ok(Number(ids.get('added')) > 3 && Number(ids.get('other')) > 3);
  // Created again by that tool, it is another table.
  shell(server, 'crm', 'CREATE TABLE goes (x);');
  assert.ok((await server.call('GET', '/projects/crm/table/goes')).body.data.table.id > 3);
});

test('SQLite has primary keys of several columns and defaults of every type as requested', async () => {
  await using server = await borrowTestServer();
  await server.createProject('crm');
  const created = await server.call('POST', '/projects/crm/table', {
    json: {
      table_name: 'kinds',
      columns: [
        { column_name: 'a', column_type: 'Integer', is_primary: true, default_value: '9223372036854775807' },
        { column_name: 'b', is_primary: 'yes', default_value: "it's" },
        { column_name: 'r', column_type: 'REAL', default_value: 2 },
        { column_name: 'inf', column_type: 'REAL', default_value: '-Infinity' },
        { column_name: 'blob', column_type: 'blob', default_value: 'AAEC' },
        { column_name: 'any', column_type: 'ANY', default_value: 'x' },
        { column_name: 'flag', column_type: 'INTEGER', default_value: true },
        { column_name: 'large', column_type: 'INTEGER', default_value: 2 ** 53 },
        { column_name: 'none', default_value: null },
      ],
    },
  });
  assert.equal(created.status, 201, JSON.stringify(created.body.error));
  const columns = created.body.data.columns as readonly Record<string, unknown>[];
  assert.deepEqual(
    columns.map((column) => column['default_value']),
    ['9223372036854775807', "it's", 2, '-Infinity', 'AAEC', 'x', 1, '9007199254740992', null],
  );
  assert.deepEqual(
    columns.slice(0, 3).map((column) => [column['is_primary'], column['is_unique'], column['is_nullable']]),
    [
      [1, 0, 0],
      [1, 0, 0],
      [0, 0, 1],
    ],
  );
  assert.equal(
    shell(
      server,
      'crm',
      'INSERT INTO kinds DEFAULT VALUES; SELECT a, b, quote(r), inf < -1e308, quote(blob), "any", flag, "none" IS NULL FROM kinds;',
    ),
    "9223372036854775807|it's|2.0|1|X'000102'|x|1|1\n",
  );
});

/** A request with these fields in its second column. */
function withColumn(fields: object): object {
  return { table_name: 't', columns: [{ column_name: 'a' }, { column_name: 'b', ...fields }] };
}

function reference(fields: object): object {
  const foreignKey = { columns: ['b'], references_table: 'owners', ...fields };
  return { ...withColumn({ column_type: 'INTEGER' }), foreign_keys: [foreignKey] };
}

test('an invalid table is refused with the field and the reason, and none is created', async () => {
  await using server = await borrowTestServer();
  await server.createProject('crm');
  await server.call('POST', '/projects/crm/table', {
    json: { table_name: 'owners', columns: [{ column_name: 'name' }] },
  });
  const value = 'body.columns[1].default_value';
  const cases: readonly (readonly [json: unknown, field: string])[] = [
    [{}, 'body.table_name'],
    [{ table_name: '' }, 'body.table_name'],
    [{ table_name: 'naïve' }, 'body.table_name'],
    [{ table_name: '1a' }, 'body.table_name'],
    [{ table_name: 'a b' }, 'body.table_name'],
    [{ table_name: 'a"; DROP TABLE owners; --' }, 'body.table_name'],
    [{ table_name: 'sqlite_x' }, 'body.table_name'],
    [{ table_name: 'SQLITE_x' }, 'body.table_name'],
    [{ table_name: '_rowhouse_x' }, 'body.table_name'],
    [{ table_name: 'a'.repeat(64) }, 'body.table_name'],
    [{ table_name: 7 }, 'body.table_name'],
    [{ table_name: 't', display_name: '' }, 'body.display_name'],
    [{ table_name: 't', display_name: 'two\nlines' }, 'body.display_name'],
    [{ table_name: 't', display_name: 'half \ud83d' }, 'body.display_name'],
    [{ table_name: 't', colour: 'red' }, 'body.colour'],
    [{ table_name: 't', columns: {} }, 'body.columns'],
    [{ table_name: 't', columns: [{}] }, 'body.columns[0].column_name'],
    [withColumn({ column_name: 'no good' }), 'body.columns[1].column_name'],
    [withColumn({ column_name: 'A' }), 'body.columns[1].column_name'],
    [withColumn({ column_name: 'id' }), 'body.columns[1].column_name'],
    [withColumn({ column_type: 'VARCHAR' }), 'body.columns[1].column_type'],
    [withColumn({ column_type: null }), 'body.columns[1].column_type'],
    [withColumn({ is_unique: [] }), 'body.columns[1].is_unique'],
    [withColumn({ default_value: ['x'] }), value],
    [withColumn({ default_value: { x: 1 } }), value],
    [withColumn({ default_value: 'a\0b' }), value],
    [withColumn({ default_value: '\ud800' }), value],
    [withColumn({ column_type: 'INTEGER', default_value: 'abc' }), value],
    [withColumn({ column_type: 'INTEGER', default_value: 1.5 }), value],
    [withColumn({ column_type: 'INTEGER', default_value: 2 ** 63 }), value],
    [withColumn({ column_type: 'ANY', default_value: 2 ** 64 }), value],
    [withColumn({ column_type: 'INTEGER', default_value: ['5'] }), value],
    [withColumn({ column_type: 'INTEGER', default_value: '9223372036854775808' }), value],
    [withColumn({ column_type: 'REAL', default_value: 'one' }), value],
    [withColumn({ column_type: 'BLOB', default_value: 'not base64!' }), value],
    [withColumn({ column_type: 'BLOB', default_value: 7 }), value],
    [withColumn({ column_type: 'INTEGER', is_primary: true, default_value: 7 }), value],
    [reference({ columns: [] }), 'body.foreign_keys[0].columns'],
    [reference({ columns: ['zzz'] }), 'body.foreign_keys[0].columns[0]'],
    [reference({ columns: ['a', 'b'] }), 'body.foreign_keys[0].columns'],
    [reference({ references_table: 'nobody' }), 'body.foreign_keys[0].references_table'],
    [reference({ references_table: '_rowhouse_tables' }), 'body.foreign_keys[0].references_table'],
    [reference({ references_columns: ['name'] }), 'body.foreign_keys[0].references_columns'],
    [reference({ references_columns: ['zzz'] }), 'body.foreign_keys[0].references_columns'],
    [reference({ on_delete: 'explode' }), 'body.foreign_keys[0].on_delete'],
    ...[
      '1); DROP TABLE owners; --',
      '1) , CHECK (1',
      '1) STRICT; --',
      'a = 1 --',
      'a = 1 /* open',
      '(a = 1',
      "a = 'open",
      'a = 1; SELECT 1',
      'zzz > 1',
      'a IN (SELECT name FROM owners)',
      'a = "text"',
      ' ',
      'a = \0',
    ].map((check) => [{ ...withColumn({}), checks: ["a <> 'x'", check] }, 'body.checks[1]'] as const),
  ];
  for (const [json, field] of cases) {
    const refused = await server.call('POST', '/projects/crm/table', { json });
    assert.equal(refused.status, 400, JSON.stringify(json));
    assert.equal(refused.body.error?.code, 'validation_failed');
    assert.deepEqual(fieldsAtFault(refused), [field], JSON.stringify(refused.body.error));
  }
  const listed = (await server.call('GET', '/projects/crm/tables')).body.data.tables;
  assert.deepEqual(
    listed.map((table: { table_name: string }) => table.table_name),
    ['owners'],
  );
});

test('a name of a table, a view, an index or a part of a full-text table is already_exists', async () => {
  await using server = await borrowTestServer();
  await server.createProject('crm');
  await importDatabase(
    server,
    'crm',
    databaseFile(
      'CREATE TABLE t (a); CREATE INDEX i ON t (a); CREATE VIEW v AS SELECT 1; CREATE VIRTUAL TABLE f USING fts5(x);',
    ),
  );

  for (const table_name of ['t', 'T', 'i', 'v', 'f', 'f_data']) {
    const refused = await server.call('POST', '/projects/crm/table', { json: { table_name } });
    assert.equal(refused.status, 409, table_name);
    assert.equal(refused.body.error?.code, 'already_exists', JSON.stringify(refused.body.error));
  }
});

test('of many concurrent creations of one table, one succeeds, and ids survive a restart', async () => {
  await using server = await startTestServer();
  await server.createProject('crm');
  const answers = await Promise.all(
    Array.from({ length: 20 }, () =>
      server.call('POST', '/projects/crm/table', { json: { table_name: 'popular' } }),
    ),
  );
  assert.deepEqual(
    answers.map(({ status }) => status).toSorted((a, b) => a - b),
    [201, ...Array.from({ length: 19 }, () => 409)],
  );
  const before = (await server.call('GET', '/projects/crm/table/popular')).body.data;
  await server.restart();
  assert.deepEqual((await server.call('GET', '/projects/crm/table/popular')).body.data, before);
});

test('no table is accessible with another project’s token, or in a project that does not exist', async () => {
  await using server = await borrowTestServer();
  await server.createProject('crm');
  const rival = await server.createProject('rival');
  await server.call('POST', '/projects/crm/table', { json: { table_name: 'secrets' } });

  for (const [method, path] of [
    ['GET', '/projects/crm/tables'],
    ['GET', '/projects/crm/table/secrets'],
    ['POST', '/projects/crm/table'],
  ] as const) {
    const options = method === 'POST' ? { json: { table_name: 'x' } } : {};
    const refused = await server.call(method, path, { token: rival, ...options });
    assert.equal(refused.body.error?.code, 'invalid_token');
  }
  assert.equal((await server.call('GET', '/projects/nowhere/tables')).body.error?.code, 'not_found');
});

test('a table whose rows SQLite cannot count is listed without a count', async () => {
  await using server = await borrowTestServer();
  await server.createProject('crm');
  const file = databaseFile(`CREATE TABLE docs (body TEXT);
    CREATE VIRTUAL TABLE search USING fts5(body, content='docs'); DROP TABLE docs;`);
  assert.equal((await importDatabase(server, 'crm', file)).status, 201);
  const listed = await server.call('GET', '/projects/crm/tables?include_count=true');
  assert.equal(listed.body.data.tables[0].table_name, 'search');
  assert.equal(listed.body.data.tables[0].row_count, null);
  const read = await server.call('GET', '/projects/crm/records/search');
  assert.equal(read.body.error?.code, 'conflict');
});
