import assert from 'node:assert/strict';
import { after, describe } from 'node:test';

import { assertKeys, type Data, TIMESTAMP } from './answer.ts';
import { documented, ours } from './contract.ts';
import { openService } from './tested-service.ts';
import { MISSING, refusesEach } from './wrong-fields.ts';

const service = await openService();
after(() => service.close());
const { path, accept, refuse } = service;

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

interface Given {
  readonly table: string;
  /** The path of its columns, beside that of its records. */
  readonly columns: string;
  readonly records: string;
}

/** Creates a table with columns id, email, phone and age, and two rows. */
async function givenContacts(name: string): Promise<Given> {
  const table = service.tableName(name);
  await accept(201, 'POST', `${path}/table`, {
    table_name: table,
    columns: [
      { column_name: 'email', is_nullable: false, is_unique: true },
      { column_name: 'phone' },
      { column_name: 'age', column_type: 'INTEGER', default_value: 18 },
    ],
  });
  const records = `${path}/records/${table}`;
  for (const person of ['ada', 'bob']) {
    await accept(201, 'POST', records, { email: `${person}@example.com`, phone: person });
  }
  return { table, columns: `${path}/column/${table}`, records };
}

async function firstRow(records: string): Promise<Data> {
  return (await accept(200, 'GET', records)).rows[0];
}

const refused = await givenContacts('refused');

describe('GET /projects/{p}/column/{table}', () => {
  documented('lists the columns', async () => {
    const { table, columns } = await givenContacts('listed');
    const data = await accept(200, 'GET', columns);
    assertKeys(data, ['table', 'columns']);
    assert.equal(data.table, table);
    for (const column of data.columns) assertKeys(column, COLUMN_KEYS);
    assert.deepEqual(
      data.columns.map(({ column_name }: Data) => column_name),
      ['id', 'email', 'phone', 'age'],
    );
    assert.deepEqual((await accept(200, 'GET', `${path}/table/${table}`)).columns, data.columns);
  });

  ours('and returns one, by its name or id', async () => {
    const { table, columns } = await givenContacts('one');
    const email = (await accept(200, 'GET', columns)).columns[1];
    for (const reference of ['email', 'EMAIL', email.id]) {
      const data = await accept(200, 'GET', `${columns}/${reference}`);
      assert.deepEqual(Object.keys(data), ['table', 'column']);
      assert.deepEqual(data, { table, column: email });
    }
  });

  documented('is not_found for an unknown table or column', async () => {
    await refuse('not_found', 'GET', `${path}/column/nobody`);
    await refuse('not_found', 'PATCH', `${refused.columns}/nothing`, { is_nullable: true });
    await refuse('not_found', 'DELETE', `${refused.columns}/nothing`);
  });
});

describe('POST /projects/{p}/column/{table}', () => {
  documented('adds a column: by default TEXT, nullable and not unique', async () => {
    const { table, columns, records } = await givenContacts('added');
    const data = await accept(201, 'POST', columns, { column_name: 'note' });
    assertKeys(data, ['table', 'column']);
    assertKeys(data.column, COLUMN_KEYS);
    const { id, created_at, updated_at, ...column } = data.column;
    assert.equal(typeof id, 'number');
    assert.match(created_at, TIMESTAMP);
    assert.match(updated_at, TIMESTAMP);
    assert.deepEqual(data.table, table);
    assert.deepEqual(column, {
      table_name: table,
      column_name: 'note',
      column_type: 'TEXT',
      is_nullable: 1,
      default_value: null,
      is_primary: 0,
      is_unique: 0,
      default_expression: null,
    });
    assert.equal((await firstRow(records)).note, null);
  });

  documented('accepts a type, a default, NOT NULL and UNIQUE', async () => {
    const { columns, records } = await givenContacts('typed');
    const wide = { column_name: 'score', column_type: 'integer', is_nullable: false, default_value: 5 };
    const { column } = await accept(201, 'POST', columns, wide);
    assert.deepEqual([column.column_type, column.is_nullable, column.default_value], ['INTEGER', 0, 5]);
    assert.equal((await firstRow(records)).score, 5);
    const unique = await accept(201, 'POST', columns, { column_name: 'code', is_unique: true });
    assert.equal(unique.column.is_unique, 1);
    await accept(200, 'PATCH', `${records}/1`, { code: 'x' });
    assert.equal((await service.send('PATCH', `${records}/2`, { code: 'x' })).body.ok, false);
  });

  documented('cannot add a primary key', async () => {
    const { columns } = refused;
    const answer = await service.send('POST', columns, { column_name: 'key', is_primary: true });
    assert.equal(answer.body.ok, false);
    const { columns: listed } = await accept(200, 'GET', columns);
    assert.ok(listed.every(({ column_name }: Data) => column_name !== 'key'));
  });

  ours('is already_exists for an existing name', async () => {
    await refuse('already_exists', 'POST', refused.columns, { column_name: 'EMAIL' });
  });

  refusesEach(
    service,
    { method: 'POST', path: refused.columns, body: { column_name: 'refused' } },
    {
      'body.column_name': [MISSING, '', 7, null, '1a', 'a b', 'x'.repeat(64)],
      'body.column_type': ['', 'VARCHAR', 7, null],
      'body.is_nullable': [[], {}],
      'body.default_value': [[], {}],
      'body.default_expression': [7, '', 'now()', '(1', '(a)', '(1); DROP TABLE t'],
      'body.is_unique': [[], {}],
      'body.is_primary': [true, 1, 'yes', []],
      'body.colour': ['red'],
    },
  );
});

describe('PATCH /projects/{p}/column/{table}/{column_id_or_name}', () => {
  documented('renames a column, which keeps its id and its values', async () => {
    const { table, columns, records } = await givenContacts('renamed');
    const before = (await accept(200, 'GET', columns)).columns[2];
    const data = await accept(200, 'PATCH', `${columns}/phone`, { new_column_name: 'mobile' });
    assertKeys(data, ['table', 'column']);
    assertKeys(data.column, COLUMN_KEYS);
    assert.deepEqual([data.table, data.column.id, data.column.column_name], [table, before.id, 'mobile']);
    assert.deepEqual(await firstRow(records), {
      id: 1,
      email: 'ada@example.com',
      mobile: 'ada',
      age: 18,
    });
    const back = await accept(200, 'PATCH', `${columns}/${before.id}`, { new_column_name: 'phone' });
    assert.equal(back.column.column_name, 'phone');
  });

  documented('changes the default, NOT NULL and UNIQUE', async () => {
    const { columns, records } = await givenContacts('changed');
    const patch = { is_nullable: false, is_unique: true, default_value: 'none' };
    const { column } = await accept(200, 'PATCH', `${columns}/phone`, patch);
    assert.deepEqual([column.is_nullable, column.is_unique, column.default_value], [0, 1, 'none']);
    for (const row of [
      { email: 'c', phone: null },
      { email: 'c', phone: 'ada' },
    ]) {
      assert.equal((await service.send('POST', records, row)).body.ok, false);
    }
    assert.equal((await accept(201, 'POST', records, { email: 'c' })).row.phone, 'none');
    const loose = { is_nullable: true, is_unique: false, default_value: null };
    const again = await accept(200, 'PATCH', `${columns}/phone`, loose);
    assert.deepEqual(
      [again.column.is_nullable, again.column.is_unique, again.column.default_value],
      [1, 0, null],
    );
    assert.equal((await accept(201, 'POST', records, { email: 'd' })).row.phone, null);
  });

  documented('changes the type only of a column without values', async () => {
    const { columns, records } = await givenContacts('retyped');
    const patch = { column_type: 'INTEGER' };
    assert.equal((await service.send('PATCH', `${columns}/phone`, patch)).body.ok, false);
    assert.equal((await firstRow(records)).phone, 'ada');
    await accept(200, 'PATCH', `${records}/1`, { phone: null });
    await accept(200, 'PATCH', `${records}/2`, { phone: null });
    const { column } = await accept(200, 'PATCH', `${columns}/phone`, patch);
    assert.equal(column.column_type, 'INTEGER');
    assert.equal((await accept(200, 'PATCH', `${records}/1`, { phone: 42 })).row.phone, 42);
  });

  ours('is a conflict for the type of a column with values', async () => {
    await refuse('conflict', 'PATCH', `${refused.columns}/phone`, { column_type: 'INTEGER' });
  });

  documented('keeps a primary key unique', async () => {
    const { columns } = await givenContacts('keyed');
    await service.send('PATCH', `${columns}/id`, { is_unique: false });
    const [id] = (await accept(200, 'GET', columns)).columns;
    assert.deepEqual([id.is_primary, id.is_unique], [1, 1]);
  });

  ours('is a constraint_violation if existing values do not fit, and changes nothing', async () => {
    const { columns, records } = await givenContacts('unfit');
    await accept(201, 'POST', records, { email: 'c', phone: 'ada' });
    await accept(201, 'POST', records, { email: 'd', phone: null });
    await refuse('constraint_violation', 'PATCH', `${columns}/phone`, { is_unique: true });
    await refuse('constraint_violation', 'PATCH', `${columns}/phone`, { is_nullable: false });
    assert.equal((await accept(200, 'GET', `${columns}/phone`)).column.is_unique, 0);
    assert.equal((await accept(200, 'GET', records)).returned, 4);
  });

  ours('loses no row of another table that references this one', async () => {
    const { table, columns } = await givenContacts('parents');
    const child = service.tableName('children');
    await accept(201, 'POST', `${path}/table`, {
      table_name: child,
      columns: [{ column_name: 'parent_id', column_type: 'INTEGER' }],
      foreign_keys: [{ columns: ['parent_id'], references_table: table, on_delete: 'CASCADE' }],
    });
    await accept(201, 'POST', `${path}/records/${child}`, { rows: [{ parent_id: 1 }, { parent_id: 2 }] });
    await accept(200, 'PATCH', `${columns}/phone`, { is_nullable: false, is_unique: true });
    assert.equal((await accept(200, 'GET', `${path}/records/${child}`)).returned, 2);
    await accept(200, 'DELETE', `${path}/records/${table}/1`);
    assert.equal((await accept(200, 'GET', `${path}/records/${child}`)).returned, 1, 'it still cascades');
  });

  refusesEach(
    service,
    { method: 'PATCH', path: `${refused.columns}/age` },
    {
      'body.new_column_name': ['', 7, null, '1a', 'x'.repeat(64)],
      'body.column_type': ['', 'VARCHAR', 7, null],
      'body.is_nullable': [[], {}],
      'body.default_value': [[], {}, 'eighteen'],
      'body.is_unique': [[], {}],
      'body.colour': ['red'],
    },
  );

  ours('requires a change, and an unused name', async () => {
    await refuse('validation_failed', 'PATCH', `${refused.columns}/age`, {}, { fields: ['body'] });
    await refuse('already_exists', 'PATCH', `${refused.columns}/age`, { new_column_name: 'Email' });
  });
});

describe('PATCH /projects/{p}/column/{table}', () => {
  documented('changes several columns', async () => {
    const { columns } = await givenContacts('several');
    const data = await accept(200, 'PATCH', columns, {
      columns: [
        { column_name: 'email', new_column_name: 'mail', is_unique: false },
        { column_name: 'age', default_value: 21 },
      ],
    });
    assertKeys(data, ['updated_count']);
    assert.deepEqual(data, { updated_count: 2 });
    const [, mail, , age] = (await accept(200, 'GET', columns)).columns;
    assert.deepEqual([mail.column_name, mail.is_unique, age.default_value], ['mail', 0, 21]);
  });

  ours('sets and removes an expression as the default', async () => {
    const { table, columns } = await givenContacts('computed');
    await refuse('conflict', 'POST', columns, { column_name: 'at', default_expression: 'CURRENT_DATE' });
    await accept(201, 'POST', columns, { column_name: 'at' });
    for (const [patch, expected] of [
      [{ default_expression: "(datetime('now'))" }, [null, "(datetime('now'))"]],
      [{ default_value: null, default_expression: 'CURRENT_DATE' }, [null, 'CURRENT_DATE']],
      [{ is_nullable: true }, [null, 'CURRENT_DATE']],
      [{ default_value: 'CURRENT_DATE', default_expression: null }, ['CURRENT_DATE', null]],
      [{ default_expression: '(1)' }, [1, null]],
      [{ default_expression: null }, [null, null]],
      [{ default_expression: '(abs(-1))' }, [null, '(abs(-1))']],
      [{ default_value: null }, [null, null]],
    ] as const) {
      const { column } = await accept(200, 'PATCH', `${columns}/at`, patch);
      assert.deepEqual([column.default_value, column.default_expression], expected, JSON.stringify(patch));
    }
    const empty = service.tableName('computed_empty');
    await accept(201, 'POST', `${path}/table`, { table_name: empty });
    const { column } = await accept(201, 'POST', `${path}/column/${empty}`, {
      column_name: 'at',
      is_nullable: false,
      default_expression: 'CURRENT_TIMESTAMP',
    });
    assert.equal(column.default_expression, 'CURRENT_TIMESTAMP');
    const patch = { default_expression: '(1)' };
    await refuse('validation_failed', 'PATCH', `${path}/column/${table}/id`, patch, {
      fields: ['body.default_expression'],
    });
  });

  documented('names each column by its name or its id, in any of four fields', async () => {
    const { columns } = await givenContacts('referenced');
    const before = (await accept(200, 'GET', columns)).columns;
    const idOf = (name: string) => before.find(({ column_name }: Data) => column_name === name).id;
    const data = await accept(200, 'PATCH', columns, {
      columns: [
        { column_name: 'EMAIL', new_column_name: 'mail' },
        { name: 'phone', new_column_name: 'mobile' },
        { id: idOf('age'), new_column_name: 'years' },
      ],
    });
    assert.deepEqual(data, { updated_count: 3 });
    const patch = { columns: [{ column_id: String(idOf('age')), default_value: 21 }] };
    await accept(200, 'PATCH', columns, patch);
    const renamed = (await accept(200, 'GET', columns)).columns;
    assert.deepEqual(
      renamed.map(({ column_name }: Data) => column_name),
      ['id', 'mail', 'mobile', 'years'],
    );
    assert.equal(renamed[3].default_value, 21);
  });

  ours('refuses a column that is named by no field, by two, or by the id of no column', async () => {
    const { columns } = await givenContacts('misreferenced');
    for (const [reference, field] of [
      [{ is_nullable: true }, 'body.columns[0].column_name'],
      [{ column_name: 'age', id: 1 }, 'body.columns[0].id'],
      [{ name: 'age', column_id: 1 }, 'body.columns[0].column_id'],
      [{ id: 0 }, 'body.columns[0].id'],
      [{ id: 'age' }, 'body.columns[0].id'],
      [{ id: 999_999 }, 'body.columns[0].id'],
      [{ column_id: '999999' }, 'body.columns[0].column_id'],
      [{ name: 'nothing' }, 'body.columns[0].name'],
    ] as const) {
      const body = { columns: [{ ...reference, is_unique: false }] };
      await refuse('validation_failed', 'PATCH', columns, body, { fields: [field] });
    }
  });

  documented('changes all of them or none', async () => {
    const { columns } = await givenContacts('atomic');
    const { columns: before } = await accept(200, 'GET', columns);
    for (const wrong of [
      { column_name: 'nothing', is_unique: true },
      { column_name: 'phone', column_type: 'INTEGER' },
    ]) {
      const patch = { columns: [{ column_name: 'email', new_column_name: 'mail' }, wrong] };
      assert.equal((await service.send('PATCH', columns, patch)).body.ok, false);
      assert.deepEqual((await accept(200, 'GET', columns)).columns, before);
    }
  });

  refusesEach(
    service,
    {
      method: 'PATCH',
      path: refused.columns,
      body: { columns: [{ column_name: 'age', is_nullable: true, is_unique: false }] },
    },
    {
      'body.columns': [MISSING, [], 7, 'age', null, {}],
      'body.columns[0]': [7, 'age', null],
      'body.columns[0].column_name': [MISSING, 7, null],
      'body.columns[0].column_type': ['', 'VARCHAR', 7],
      'body.columns[0].colour': ['red'],
      'body.colour': ['red'],
    },
  );
});

describe('DELETE /projects/{p}/column/{table}/{column_id_or_name}', () => {
  documented('drops a column with its values', async () => {
    const { columns, records } = await givenContacts('dropped');
    const data = await accept(200, 'DELETE', `${columns}/phone`);
    assertKeys(data, ['deleted', 'column_name']);
    assert.deepEqual(data, { deleted: true, column_name: 'phone' });
    assert.deepEqual(await firstRow(records), {
      id: 1,
      email: 'ada@example.com',
      age: 18,
    });
    const age = (await accept(200, 'GET', columns)).columns[2];
    assert.equal((await accept(200, 'DELETE', `${columns}/${age.id}`)).column_name, 'age');
  });

  documented('cannot drop a primary key column', async () => {
    const { columns } = refused;
    assert.equal((await service.send('DELETE', `${columns}/id`)).body.ok, false);
    assert.equal((await accept(200, 'GET', columns)).columns[0].column_name, 'id');
  });
});
