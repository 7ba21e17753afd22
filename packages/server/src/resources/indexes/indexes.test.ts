import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { databaseFile } from '../../testing/databases/database-file.ts';
import { borrowTestServer } from '../../testing/http/borrowed-server.ts';
import { importDatabase } from '../../testing/http/import-and-export.ts';
import { fieldsAtFault, type TestServer } from '../../testing/http/test-server.ts';
import { runSqliteShell } from '../../testing/tools/sqlite-shell.ts';

const CONTACTS = {
  table_name: 'contacts',
  columns: [
    { column_name: 'email', is_unique: true },
    { column_name: 'city' },
    { column_name: 'size', column_type: 'INTEGER' },
  ],
};

async function serverWithContacts(): Promise<TestServer> {
  const server = await borrowTestServer();
  await server.createProject('crm');
  await server.call('POST', '/projects/crm/table', { json: CONTACTS });
  return server;
}

function shell(server: TestServer, sql: string): string {
  return runSqliteShell(join(server.dataDir, 'projects', 'crm', 'database.sqlite'), sql);
}

test('an index is created, listed and dropped in the documented form, and is in the file', async () => {
  await using server = await serverWithContacts();
  const path = '/projects/crm/indexes/contacts';

  const created = await server.call('POST', path, { json: { columns: ['City', 'size'] } });
  assert.equal(created.status, 201);
  assert.deepEqual(Object.keys(created.body.data.index), [
    'name',
    'unique',
    'origin',
    'partial',
    'columns',
    'managed',
  ]);
  const index = {
    name: 'idx_contacts_city_size',
    unique: false,
    origin: 'c',
    partial: false,
    columns: ['city', 'size'],
    managed: true,
  };
  assert.deepEqual(created.body.data, { index });
  assert.equal(
    shell(server, "SELECT sql FROM sqlite_schema WHERE name = 'idx_contacts_city_size';"),
    'CREATE INDEX "idx_contacts_city_size" ON "contacts" ("city", "size")\n',
  );
  const listed = await server.call('GET', path);
  assert.deepEqual(Object.keys(listed.body.data), ['table', 'indexes']);
  assert.equal(listed.body.data.table, 'contacts');
  assert.deepEqual(listed.body.data.indexes[0], index);
  assert.equal(listed.body.data.indexes[1].managed, false);
  const table = await server.call('GET', '/projects/crm/table/contacts');
  assert.deepEqual(table.body.data.indexes, listed.body.data.indexes);

  const dropped = await server.call('DELETE', `${path}/IDX_contacts_city_size`);
  assert.deepEqual(dropped.body.data, { deleted: true, index_name: 'idx_contacts_city_size' });
  assert.equal((await server.call('DELETE', `${path}/idx_contacts_city_size`)).status, 404);
});

test('a token that may not read rows does not learn the values that are duplicated', async () => {
  await using server = await borrowTestServer();
  const token = await server.createProject('crm');
  const columns = [{ column_name: 'city' }];
  await server.call('POST', '/projects/crm/table', { token, json: { table_name: 'p', columns } });
  const rows = [{ city: 'Oslo' }, { city: 'Oslo' }];
  await server.call('POST', '/projects/crm/records/p', { token, json: { rows } });
  const made = await server.call('POST', '/projects/crm/auth/tokens', {
    token,
    json: { scopes: ['schema:write'], revoke_previous: false },
  });
  const limited = String(made.body.data.token.token);
  for (const [method, path, json] of [
    ['POST', '/projects/crm/indexes/p', { columns: ['city'], unique: true }],
    ['PATCH', '/projects/crm/column/p/city', { is_unique: true }],
    ['PATCH', '/projects/crm/column/p', { columns: [{ column_name: 'city', is_unique: true }] }],
  ] as const) {
    const { body } = await server.call(method, path, { token: limited, json });
    assert.equal(body.error?.message, 'The column city has 1 value more than once.', path);
  }
});

test('a unique index makes its column unique, and is refused with the values that are duplicated', async () => {
  await using server = await serverWithContacts();
  const path = '/projects/crm/indexes/contacts';
  shell(
    server,
    `INSERT INTO contacts (city) VALUES ('Rome'), ('Rome'), ('Oslo'), ('Oslo'), ('Oslo'), ('x'), ('x'), ('y'), ('y'), (NULL), (NULL);`,
  );

  const refused = await server.call('POST', path, { json: { columns: ['city'], unique: true } });
  assert.equal(refused.status, 409);
  assert.deepEqual(refused.body.error, {
    code: 'constraint_violation',
    message:
      "The column city has 4 values more than once: 'Oslo' (3 times), 'Rome' (2 times), 'x' (2 times) and 1 more.",
  });
  shell(server, 'UPDATE contacts SET city = city || id;');
  const made = await server.call('POST', path, {
    json: { columns: ['city'], unique: 'yes', index_name: 'one_city' },
  });
  assert.equal(made.body.data.index.unique, true);
  const { columns } = (await server.call('GET', '/projects/crm/table/contacts')).body.data;
  assert.deepEqual(
    columns.map((column: { is_unique: number }) => column.is_unique),
    [1, 1, 1, 0],
  );
});

test('an invalid index is refused with the field and the reason', async () => {
  await using server = await serverWithContacts();
  const path = '/projects/crm/indexes/contacts';
  const cases: readonly (readonly [json: unknown, field: string])[] = [
    [{}, 'body.columns'],
    [{ columns: [] }, 'body.columns'],
    [{ columns: 'email' }, 'body.columns'],
    [{ columns: [7] }, 'body.columns[0]'],
    [{ columns: ['city', 'zzz'] }, 'body.columns[1]'],
    [{ columns: ['lower(city)'] }, 'body.columns[0]'],
    [{ columns: ['city', 'CITY'] }, 'body.columns'],
    [{ columns: ['city'], index_name: 'no good' }, 'body.index_name'],
    [{ columns: ['city'], index_name: 'sqlite_autoindex_contacts_9' }, 'body.index_name'],
    [{ columns: ['city'], where: 'city IS NOT NULL' }, 'body.where'],
  ];
  for (const [json, field] of cases) {
    const refused = await server.call('POST', path, { json });
    assert.equal(refused.body.error?.code, 'validation_failed', JSON.stringify(json));
    assert.deepEqual(fieldsAtFault(refused), [field]);
  }
  for (const index_name of ['contacts', 'sure']) {
    await server.call('POST', path, { json: { columns: ['city'], index_name: 'sure' } });
    const taken = await server.call('POST', path, { json: { columns: ['city'], index_name } });
    assert.equal(taken.body.error?.code, 'already_exists');
  }
  const missing = await server.call('POST', '/projects/crm/indexes/zzz', { json: { columns: ['a'] } });
  assert.equal(missing.body.error?.code, 'not_found');
  const automatic = await server.call('DELETE', `${path}/sqlite_autoindex_contacts_1`);
  assert.equal(automatic.status, 409);
  assert.equal(automatic.body.error?.code, 'conflict');
});

test('the indexes of an imported file are listed with their expressions; one that a foreign key requires cannot be dropped', async () => {
  await using server = await borrowTestServer();
  await server.createProject('crm');
  await importDatabase(
    server,
    'crm',
    databaseFile(
      `CREATE TABLE "Order Details" (code TEXT, note TEXT);
       CREATE UNIQUE INDEX "by code" ON "Order Details" (code);
       CREATE INDEX odd ON "Order Details" (lower(note) DESC, code) WHERE note <> '';
       CREATE TABLE child (code TEXT REFERENCES "Order Details" (code));
       CREATE VIRTUAL TABLE search USING fts5(title);`,
    ),
  );
  const path = '/projects/crm/indexes/Order%20Details';

  const { indexes } = (await server.call('GET', path)).body.data;
  assert.deepEqual(indexes, [
    { name: 'by code', unique: true, origin: 'c', partial: false, columns: ['code'], managed: true },
    {
      name: 'odd',
      unique: false,
      origin: 'c',
      partial: true,
      columns: ['lower(note)', 'code'],
      managed: true,
    },
  ]);
  assert.equal((await server.call('DELETE', `${path}/by%20code`)).body.error?.code, 'conflict');
  assert.equal((await server.call('DELETE', `${path}/odd`)).status, 200);
  const made = await server.call('POST', path, { json: { columns: ['note'] } });
  assert.equal(made.body.data.index.name, 'idx_Order_Details_note');
  const virtual = await server.call('POST', '/projects/crm/indexes/search', { json: { columns: ['title'] } });
  assert.equal(virtual.body.error?.code, 'conflict');
});
