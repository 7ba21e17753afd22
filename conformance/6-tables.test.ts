import assert from 'node:assert/strict';
import { after, describe } from 'node:test';

import { assertKeys, type Data, TIMESTAMP } from './answer.ts';
import { documented, ours } from './contract.ts';
import { openService } from './tested-service.ts';
import { MISSING, refusesEach } from './wrong-fields.ts';

const service = await openService();
after(() => service.close());
const { path, accept, refuse } = service;

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

const contacts = service.tableName('contacts');
const made = await accept(201, 'POST', `${path}/table`, {
  table_name: contacts,
  display_name: 'Contacts',
  columns: [
    { column_name: 'email', column_type: 'TEXT', is_nullable: false, is_unique: true },
    { column_name: 'age', column_type: 'INTEGER', default_value: 18 },
  ],
});

function namesOf(columns: readonly Data[]): readonly string[] {
  return columns.map(({ column_name }) => column_name);
}

async function createTable(name: string, fields: object = {}): Promise<string> {
  const table = service.tableName(name);
  await accept(201, 'POST', `${path}/table`, { table_name: table, ...fields });
  return table;
}

describe('POST /projects/{p}/table', () => {
  ours('takes an expression as a default, and tells it from a text', async () => {
    const table_name = service.tableName('computed');
    const columns = [
      { column_name: 'text', default_value: 'CURRENT_TIMESTAMP' },
      { column_name: 'made', default_expression: 'current_timestamp' },
      { column_name: 'code', default_expression: '( hex(randomblob(4)) )' },
      { column_name: 'sum', column_type: 'INTEGER', default_expression: '(1 + 2)' },
    ];
    const created = await accept(201, 'POST', `${path}/table`, { table_name, columns });
    const defaults = created.columns.map((column: Data) => [column.default_value, column.default_expression]);
    assert.deepEqual(defaults, [
      [null, null],
      ['CURRENT_TIMESTAMP', null],
      [null, 'CURRENT_TIMESTAMP'],
      [null, '(hex(randomblob(4)))'],
      [null, '(1 + 2)'],
    ]);
    const { row } = await accept(201, 'POST', `${path}/records/${table_name}`, {});
    assert.equal(row.text, 'CURRENT_TIMESTAMP');
    assert.match(row.made, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    assert.match(row.code, /^[0-9A-F]{8}$/);
    assert.equal(row.sum, 3);
    // What was read can be sent back.
    const copy = service.tableName('computed_copy');
    const again = created.columns.slice(1).map((column: Data) => ({
      column_name: column.column_name,
      column_type: column.column_type,
      default_value: column.default_value,
      default_expression: column.default_expression,
    }));
    const copied = await accept(201, 'POST', `${path}/table`, { table_name: copy, columns: again });
    assert.deepEqual(
      copied.columns.map((column: Data) => [column.default_value, column.default_expression]),
      defaults,
    );
    const both = [{ column_name: 'a', default_value: 1, default_expression: '(1)' }];
    await refuse(
      'validation_failed',
      'POST',
      `${path}/table`,
      { table_name: 'both', columns: both },
      { fields: ['body.columns[0].default_expression'] },
    );
  });

  ours('refuses a CHECK that SQLite accepts but cannot evaluate', async () => {
    const columns = [{ column_name: 'born' }];
    for (const check of [
      "born <= date('now')",
      'born IS NULL OR born <= DATE()',
      "born <= strftime('%Y', born, 'localtime')",
      "born > \"datetime\"(date(born, 'utc'), '+1 day')",
      "timediff(born, 'NOW') > ''",
      "born = 'x' COLLATE german",
    ]) {
      const body = { table_name: service.tableName('unevaluable'), columns, checks: ["born <> ''", check] };
      await refuse('validation_failed', 'POST', `${path}/table`, body, { fields: ['body.checks[1]'] });
    }
    const table_name = service.tableName('evaluable');
    const checks = ['date(born) IS born', "born < '2100' COLLATE NOCASE", "strftime('%Y', born) <> 'now'"];
    await accept(201, 'POST', `${path}/table`, { table_name, columns, checks });
    await accept(201, 'POST', `${path}/records/${table_name}`, { born: '2000-01-01' });
  });

  documented('takes a scalar as a default as a record takes it, for each type of column', async () => {
    const given = [
      ['TEXT', 5, '5'],
      ['TEXT', true, '1'],
      ['TEXT', 1.5, '1.5'],
      ['REAL', '1.5', 1.5],
      ['REAL', 2, 2],
      ['REAL', true, 1],
      ['REAL', 'Infinity', 'Infinity'],
      ['INTEGER', '5', 5],
      ['INTEGER', false, 0],
      ['INTEGER', '9223372036854775807', '9223372036854775807'],
      ['BLOB', 'AAE=', 'AAE='],
      ['ANY', 'x', 'x'],
      ['ANY', 7, 7],
    ] as const;
    const table_name = service.tableName('defaults');
    const columns = given.map(([column_type, default_value], index) => {
      return { column_name: `c${index}`, column_type, default_value };
    });
    const created = await accept(201, 'POST', `${path}/table`, { table_name, columns });
    assert.deepEqual(
      created.columns.slice(1).map(({ default_value }: Data) => default_value),
      given.map(([, , shown]) => shown),
    );
    const records = `${path}/records/${table_name}`;
    const { row: implied } = await accept(201, 'POST', records, {});
    const sent = Object.fromEntries(given.map(([, value], index) => [`c${index}`, value]));
    const { row: written } = await accept(201, 'POST', records, sent);
    assert.deepEqual({ ...implied, id: 0 }, { ...written, id: 0 });
  });

  documented('returns the table and its columns', () => {
    assertKeys(made, ['table', 'columns']);
    assertKeys(made.table, TABLE_KEYS);
    assert.equal(typeof made.table.id, 'number');
    assert.equal(made.table.table_name, contacts);
    assert.equal(made.table.display_name, 'Contacts');
    for (const column of made.columns) assertKeys(column, COLUMN_KEYS);
  });

  documented(
    'adds `id INTEGER PRIMARY KEY AUTOINCREMENT` as the first column if there is no primary key',
    async () => {
      const [id] = made.columns;
      const { id: number, created_at, updated_at, ...column } = id;
      assert.equal(typeof number, 'number');
      assert.match(created_at, TIMESTAMP);
      assert.match(updated_at, TIMESTAMP);
      assert.deepEqual(column, {
        table_name: contacts,
        column_name: 'id',
        column_type: 'INTEGER',
        is_nullable: 0,
        default_value: null,
        is_primary: 1,
        is_unique: 1,
        default_expression: null,
      });
      const table = await createTable('counted');
      for (const expected of [1, 2]) {
        const { row } = await accept(201, 'POST', `${path}/records/${table}`, {});
        assert.equal(row.id, expected);
      }
      await accept(200, 'DELETE', `${path}/records/${table}/2`);
      assert.equal(
        (await accept(201, 'POST', `${path}/records/${table}`, {})).row.id,
        3,
        'never given twice',
      );
    },
  );

  documented('adds no other columns', () => {
    assert.deepEqual(namesOf(made.columns), ['id', 'email', 'age']);
  });

  documented('returns each column as requested', () => {
    const [, email, age] = made.columns;
    assert.deepEqual([email.is_nullable, email.is_unique, email.is_primary], [0, 1, 0]);
    assert.deepEqual(
      [age.column_type, age.is_nullable, age.is_unique, age.default_value],
      ['INTEGER', 1, 0, 18],
    );
  });

  documented('accepts a primary key', async () => {
    const table = service.tableName('keyed');
    const columns = [{ column_name: 'code', is_primary: true }, { column_name: 'name' }];
    const data = await accept(201, 'POST', `${path}/table`, { table_name: table, columns });
    assert.deepEqual(namesOf(data.columns), ['code', 'name']);
    assert.deepEqual([data.columns[0].is_primary, data.columns[0].is_unique], [1, 1]);
  });

  documented('has no display name by default', async () => {
    const table = service.tableName('plain');
    const data = await accept(201, 'POST', `${path}/table`, { table_name: table });
    assert.equal(data.table.display_name, null);
  });

  ours('accepts foreign keys and checks', async () => {
    const table = await createTable('notes', {
      columns: [
        { column_name: 'contact_id', column_type: 'INTEGER' },
        { column_name: 'stars', column_type: 'INTEGER' },
      ],
      foreign_keys: [{ columns: ['contact_id'], references_table: contacts, on_delete: 'cascade' }],
      checks: ['stars > 0'],
    });
    const { foreign_keys: foreignKeys } = await accept(200, 'GET', `${path}/table/${table}`);
    assert.deepEqual(foreignKeys, [
      {
        columns: ['contact_id'],
        references_table: contacts,
        references_columns: ['id'],
        on_delete: 'CASCADE',
        on_update: 'NO ACTION',
      },
    ]);
    await refuse('constraint_violation', 'POST', `${path}/records/${table}`, { stars: 0 });
  });

  refusesEach(
    service,
    {
      method: 'POST',
      path: `${path}/table`,
      body: {
        table_name: 'refused',
        columns: [{ column_name: 'a' }],
        foreign_keys: [{ columns: ['a'], references_table: contacts }],
      },
    },
    {
      'body.table_name': [MISSING, '', 7, null, [], 'x'.repeat(64), 'sqlite_x'],
      'body.display_name': ['', 7, [], 'x'.repeat(201), 'two\nlines'],
      'body.columns': [7, 'a', {}, null],
      'body.columns[0]': [7, 'a', null],
      'body.columns[0].column_name': [MISSING, '', 7, null, 'x'.repeat(64)],
      'body.columns[0].column_type': ['', 'VARCHAR', 7, null],
      'body.columns[0].is_primary': [[], {}],
      'body.columns[0].is_nullable': [[], {}],
      'body.columns[0].is_unique': [[], {}],
      'body.columns[0].default_value': [[], {}],
      'body.columns[0].default_expression': [7, '', "datetime('now')", '(1', '(a)'],
      'body.columns[0].size': [5],
      'body.foreign_keys': [7, {}, null],
      'body.foreign_keys[0].columns': [MISSING, [], 7, ['a', 'a']],
      'body.foreign_keys[0].columns[0]': ['nothing', 7],
      'body.foreign_keys[0].references_table': [MISSING, 7, 'nobody'],
      'body.foreign_keys[0].on_delete': ['EXPLODE', 7, null],
      'body.foreign_keys[0].match': ['FULL'],
      'body.checks': [7, {}, 'a > 1'],
      'body.colour': ['red'],
    },
  );

  ours('refuses two columns with the same name', async () => {
    const columns = [{ column_name: 'a' }, { column_name: 'A' }];
    const fields = ['body.columns[1].column_name'];
    await refuse('validation_failed', 'POST', `${path}/table`, { table_name: 'twice', columns }, { fields });
  });
});

describe('GET /projects/{p}/tables, and /table', () => {
  ours('list the tables, with row counts on request', async () => {
    const counted = await createTable('two_rows');
    await accept(201, 'POST', `${path}/records/${counted}`, { rows: [{}, {}] });
    for (const url of [`${path}/tables`, `${path}/table`]) {
      const data = await accept(200, 'GET', url);
      assert.deepEqual(Object.keys(data), ['tables']);
      const names = new Set(data.tables.map(({ table_name }: Data) => table_name));
      assert.ok(names.has(contacts) && names.has(counted));
      for (const table of data.tables) assert.deepEqual(Object.keys(table), TABLE_KEYS);
      const { tables } = await accept(200, 'GET', `${url}?include_count=true`);
      for (const table of tables) assert.deepEqual(Object.keys(table), [...TABLE_KEYS, 'row_count']);
      assert.equal(tables.find(({ table_name }: Data) => table_name === counted).row_count, 2);
    }
  });

  ours('do not list the service’s own tables', async () => {
    const { tables } = await accept(200, 'GET', `${path}/tables`);
    for (const { table_name } of tables) assert.doesNotMatch(table_name, /^(_rowhouse|sqlite)_/);
  });

  refusesEach(
    service,
    { method: 'GET', path: `${path}/tables` },
    { 'query.limit': ['5'], 'query.colour': ['red'] },
  );
});

describe('GET /projects/{p}/table/{table_id_or_name}', () => {
  documented('returns the table and its columns', async () => {
    for (const reference of [contacts, made.table.id]) {
      const data = await accept(200, 'GET', `${path}/table/${reference}`);
      assertKeys(data, ['table', 'columns'], { ours: ['indexes', 'foreign_keys'] });
      assertKeys(data.table, TABLE_KEYS);
      assert.deepEqual(data.table, made.table);
      for (const column of data.columns) assertKeys(column, COLUMN_KEYS);
      assert.deepEqual(data.columns, made.columns);
    }
  });

  documented('is not_found for a table that does not exist', async () => {
    for (const table of ['nobody', '999999', 'sqlite_schema']) {
      await refuse('not_found', 'GET', `${path}/table/${table}`);
    }
  });
});

describe('PATCH /projects/{p}/table/{table_id_or_name}', () => {
  documented('changes or removes the display name', async () => {
    const table = await createTable('displayed', { display_name: 'Before' });
    const { id } = (await accept(200, 'GET', `${path}/table/${table}`)).table;
    for (const [reference, name] of [
      [table, 'People'],
      [id, null],
    ]) {
      const data = await accept(200, 'PATCH', `${path}/table/${reference}`, { display_name: name });
      assertKeys(data, ['table']);
      assertKeys(data.table, TABLE_KEYS);
      assert.deepEqual([data.table.table_name, data.table.display_name], [table, name]);
      assert.equal((await accept(200, 'GET', `${path}/table/${table}`)).table.display_name, name);
    }
  });

  ours('renames the table, and its rows and references follow', async () => {
    const table = await createTable('before', { columns: [{ column_name: 'email' }] });
    const referring = await createTable('referring', {
      columns: [{ column_name: 'before_id', column_type: 'INTEGER' }],
      foreign_keys: [{ columns: ['before_id'], references_table: table }],
    });
    await accept(201, 'POST', `${path}/records/${table}`, { email: 'ada@example.com' });
    const renamed = service.tableName('renamed');
    const data = await accept(200, 'PATCH', `${path}/table/${table}`, { new_table_name: renamed });
    assert.equal(data.table.table_name, renamed);
    assert.equal((await accept(200, 'GET', `${path}/records/${renamed}/1`)).row.email, 'ada@example.com');
    const { foreign_keys: foreignKeys } = await accept(200, 'GET', `${path}/table/${referring}`);
    assert.equal(foreignKeys[0].references_table, renamed);
    await refuse('not_found', 'GET', `${path}/table/${table}`);
    await refuse('already_exists', 'PATCH', `${path}/table/${renamed}`, { new_table_name: contacts });
  });

  refusesEach(
    service,
    { method: 'PATCH', path: `${path}/table/${contacts}` },
    {
      'body.display_name': ['', 7, [], 'x'.repeat(201)],
      'body.new_table_name': ['', 7, null, '1a', 'x'.repeat(64), 'sqlite_x'],
      'body.colour': ['red'],
    },
  );

  ours('requires a change', async () => {
    await refuse('validation_failed', 'PATCH', `${path}/table/${contacts}`, {}, { fields: ['body'] });
  });
});

describe('DELETE /projects/{p}/table/{table_id_or_name}', () => {
  ours('drops the table and its rows', async () => {
    const table = await createTable('dropped');
    const data = await accept(200, 'DELETE', `${path}/table/${table}`);
    assert.deepEqual(Object.keys(data), ['deleted', 'table_name']);
    assert.deepEqual(data, { deleted: true, table_name: table });
    await refuse('not_found', 'DELETE', `${path}/table/${table}`);
    await refuse('not_found', 'GET', `${path}/records/${table}`);
  });

  ours('is a conflict while other tables reference it, unless cascade drops the references', async () => {
    const parent = await createTable('parent');
    const child = await createTable('child', {
      columns: [{ column_name: 'parent_id', column_type: 'INTEGER' }],
      foreign_keys: [{ columns: ['parent_id'], references_table: parent, on_delete: 'CASCADE' }],
    });
    await accept(201, 'POST', `${path}/records/${parent}`, {});
    await accept(201, 'POST', `${path}/records/${child}`, { parent_id: 1 });
    await refuse('conflict', 'DELETE', `${path}/table/${parent}`);
    await refuse('conflict', 'DELETE', `${path}/table/${parent}`, { cascade: false });
    await accept(200, 'DELETE', `${path}/table/${parent}`, { cascade: true });
    assert.deepEqual((await accept(200, 'GET', `${path}/table/${child}`)).foreign_keys, []);
    assert.equal((await accept(200, 'GET', `${path}/records/${child}/1`)).row.parent_id, 1, 'no row is lost');
  });

  refusesEach(
    service,
    { method: 'DELETE', path: `${path}/table/${contacts}` },
    { 'body.cascade': [[], {}], 'body.colour': ['red'] },
  );
});
