import assert from 'node:assert/strict';
import { after, describe } from 'node:test';

import { assertKeys, type Data } from './answer.ts';
import { documented, ours } from './contract.ts';
import { openService } from './tested-service.ts';
import { MISSING, refusesEach } from './wrong-fields.ts';

const service = await openService();
after(() => service.close());
const { path, accept, refuse } = service;

interface Given {
  readonly table: string;
  readonly records: string;
}

/** Creates a table of contacts: Ada and Bob are active, Cem is not. */
async function givenContacts(name: string): Promise<Given> {
  const table = service.tableName(name);
  await accept(201, 'POST', `${path}/table`, {
    table_name: table,
    columns: [
      { column_name: 'name', is_nullable: false },
      { column_name: 'status', default_value: 'active' },
      { column_name: 'owner_id', column_type: 'INTEGER' },
    ],
  });
  const records = `${path}/records/${table}`;
  for (const row of [{ name: 'Ada', owner_id: 42 }, { name: 'Bob' }, { name: 'Cem', status: 'gone' }]) {
    await accept(201, 'POST', records, row);
  }
  return { table, records };
}

async function namesIn(records: string): Promise<readonly string[]> {
  return (await accept(200, 'GET', records)).rows.map(({ name }: Data) => name);
}

const refused = await givenContacts('refused');

describe('POST /projects/{p}/records/{table}', () => {
  ours('stores a row object, plain or in `data`, with defaults for missing columns', async () => {
    const { table, records } = await givenContacts('stored');
    const row = { name: 'Dee', owner_id: 7 };
    for (const [id, body] of [
      [4, row],
      [5, { data: row }],
    ] as const) {
      const data = await accept(201, 'POST', records, body);
      assert.deepEqual(Object.keys(data), ['table', 'row']);
      assert.deepEqual(Object.keys(data.row), ['id', 'name', 'status', 'owner_id']);
      assert.deepEqual(data, { table, row: { id, name: 'Dee', status: 'active', owner_id: 7 } });
    }
  });

  ours('stores many rows in one transaction, and returns them in order', async () => {
    const { table, records } = await givenContacts('many');
    const data = await accept(201, 'POST', records, { rows: [{ name: 'X' }, { name: 'Y' }, { name: 'Z' }] });
    assert.deepEqual(Object.keys(data), ['table', 'created', 'rows']);
    assert.deepEqual([data.table, data.created], [table, 3]);
    assert.deepEqual(
      data.rows.map(({ id, name }: Data) => [id, name]),
      [
        [4, 'X'],
        [5, 'Y'],
        [6, 'Z'],
      ],
    );
    await refuse('constraint_violation', 'POST', records, { rows: [{ name: 'V' }, { name: null }] });
    assert.deepEqual(await namesIn(records), ['Ada', 'Bob', 'Cem', 'X', 'Y', 'Z']);
  });

  ours('omits the rows from the answer with "return": "none", and stores up to 10,000', async () => {
    const { table, records } = await givenContacts('bulk');
    const rows = Array.from({ length: 10_000 }, (_, index) => ({ name: `n${index}` }));
    const data = await accept(201, 'POST', records, { rows, return: 'none' });
    assert.deepEqual(data, { table, created: 10_000 });
    const more = { rows: [...rows, { name: 'one more' }] };
    await refuse('validation_failed', 'POST', records, more, { fields: ['body.rows'] });
  });

  refusesEach(
    service,
    { method: 'POST', path: refused.records, body: { name: 'Refused' } },
    { 'body.name': [['a'], { a: 1 }], 'body.colour': ['red', null] },
  );
  refusesEach(
    service,
    { method: 'POST', path: refused.records, body: { data: { name: 'Refused' } } },
    { 'body.data.name': [['a'], { a: 1 }], 'body.data.colour': ['red'], 'body.colour': ['red'] },
  );
  refusesEach(
    service,
    { method: 'POST', path: refused.records, body: { rows: [{ name: 'a' }, { name: 'b' }] } },
    {
      'body.rows': [[]],
      'body.rows[1]': [7, 'b', null, []],
      'body.rows[1].name': [['a'], { a: 1 }],
      'body.rows[1].colour': ['red'],
      'body.return': ['all', 7, ''],
      'body.colour': ['red'],
    },
  );
});

describe('GET /projects/{p}/records/{table}/{id}', () => {
  ours('returns one row by its primary key', async () => {
    const { table, records } = await givenContacts('read');
    const data = await accept(200, 'GET', `${records}/1`);
    assert.deepEqual(Object.keys(data), ['table', 'row']);
    assert.deepEqual(data, { table, row: { id: 1, name: 'Ada', status: 'active', owner_id: 42 } });
    await refuse('not_found', 'GET', `${records}/4`);
  });

  ours('accepts a key of several columns: its parts joined by commas, each percent-encoded', async () => {
    const table = service.tableName('places');
    const columns = [
      { column_name: 'country', is_primary: true },
      { column_name: 'number', column_type: 'INTEGER', is_primary: true },
      { column_name: 'name' },
    ];
    await accept(201, 'POST', `${path}/table`, { table_name: table, columns });
    const row = { country: 'a, b/c', number: 7, name: 'X' };
    await accept(201, 'POST', `${path}/records/${table}`, row);
    const record = `${path}/records/${table}/${encodeURIComponent('a, b/c')},7`;
    assert.deepEqual((await accept(200, 'GET', record)).row, row);
    assert.equal((await accept(200, 'PATCH', record, { name: 'Y' })).row.name, 'Y');
    await accept(200, 'DELETE', record);
    await refuse('not_found', 'GET', record);
  });
});

describe('a key in a path', () => {
  ours('has one spelling for an integer and a text, and every JSON spelling for a REAL', async () => {
    const cases = [
      ['INTEGER', 7, ['7'], ['007', '+7', '0x7', '7.0', '7e0', '%207', '-7']],
      ['REAL', 7, ['7', '7.0', '70e-1'], ['007', '+7', '0x7', '7.', '%207']],
      ['TEXT', '7', ['7', '%37'], ['07', '+7', '7.0', '%207']],
      ['ANY', 7, ['7'], ['007', '+7', '7.0', '%207']],
    ] as const;
    for (const [column_type, key, found, missing] of cases) {
      const table = service.tableName(`keys_${column_type.toLowerCase()}`);
      const columns = [{ column_name: 'k', column_type, is_primary: true }, { column_name: 'v' }];
      await accept(201, 'POST', `${path}/table`, { table_name: table, columns });
      await accept(201, 'POST', `${path}/records/${table}`, { k: key });
      for (const spelling of found) {
        const data = await accept(200, 'GET', `${path}/records/${table}/${spelling}`);
        assert.equal(data.row.k, key, spelling);
      }
      for (const spelling of missing) {
        await refuse('not_found', 'PATCH', `${path}/records/${table}/${spelling}`, { v: 'x' });
        await refuse('not_found', 'DELETE', `${path}/records/${table}/${spelling}`);
      }
    }
  });
});

describe('PATCH /projects/{p}/records/{table}/{id}', () => {
  documented('changes the columns of a patch, plain or in `data`, and returns the new row', async () => {
    const { table, records } = await givenContacts('patched');
    const plain = await accept(200, 'PATCH', `${records}/1`, { status: 'gone' });
    assertKeys(plain, ['table', 'row']);
    assert.deepEqual(plain, { table, row: { id: 1, name: 'Ada', status: 'gone', owner_id: 42 } });
    const wrapped = await accept(200, 'PATCH', `${records}/1`, { data: { owner_id: null } });
    assert.deepEqual(wrapped, { table, row: { id: 1, name: 'Ada', status: 'gone', owner_id: null } });
    assert.deepEqual((await accept(200, 'GET', records)).rows[0], wrapped.row);
  });

  documented('is not_found for a row that does not exist', async () => {
    await refuse('not_found', 'PATCH', `${refused.records}/999`, { status: 'x' });
    await refuse('not_found', 'PATCH', `${path}/records/nobody/1`, { status: 'x' });
  });

  ours('requires a change', async () => {
    await refuse('validation_failed', 'PATCH', `${refused.records}/1`, {}, { fields: ['body'] });
    await refuse(
      'validation_failed',
      'PATCH',
      `${refused.records}/1`,
      { data: {} },
      { fields: ['body.data'] },
    );
  });

  refusesEach(
    service,
    { method: 'PATCH', path: `${refused.records}/1`, body: { status: 'x' } },
    { 'body.status': [['a'], { a: 1 }], 'body.colour': ['red'] },
  );
  refusesEach(
    service,
    { method: 'PATCH', path: `${refused.records}/1`, body: { data: { status: 'x' } } },
    { 'body.data.status': [['a'], { a: 1 }], 'body.data.colour': ['red'], 'body.colour': ['red'] },
  );
});

describe('DELETE /projects/{p}/records/{table}/{id}', () => {
  documented('deletes a row, and returns its id as a string', async () => {
    const { table, records } = await givenContacts('deleted');
    const data = await accept(200, 'DELETE', `${records}/1`);
    assertKeys(data, ['deleted', 'table', 'id']);
    assert.deepEqual(data, { deleted: true, table, id: '1' });
    assert.deepEqual(await namesIn(records), ['Bob', 'Cem']);
    await refuse('not_found', 'DELETE', `${records}/1`);
  });
});

describe('PATCH /projects/{p}/records/{table}', () => {
  documented('changes every matching row', async () => {
    const { table, records } = await givenContacts('changed');
    const data = await accept(200, 'PATCH', records, { data: { owner_id: 1 }, where: { status: 'active' } });
    assertKeys(data, ['table', 'affected_rows']);
    assert.deepEqual(data, { table, affected_rows: 2 });
    const where = [{ column: 'name', op: '>=', value: 'Bob' }];
    assert.equal((await accept(200, 'PATCH', records, { data: { owner_id: 2 }, where })).affected_rows, 2);
    const { rows } = await accept(200, 'GET', records);
    assert.deepEqual(
      rows.map((row: Data) => row.owner_id),
      [1, 2, 2],
    );
  });

  documented('changes all rows only with allow_all', async () => {
    const { records } = await givenContacts('all_changed');
    for (const where of [{}, []]) {
      const body = { data: { owner_id: 9 }, where };
      await refuse('validation_failed', 'PATCH', records, body, { fields: ['body.where'] });
      const allowed = await accept(200, 'PATCH', records, { ...body, allow_all: true });
      assert.equal(allowed.affected_rows, 3);
    }
  });

  refusesEach(
    service,
    { method: 'PATCH', path: refused.records, body: { data: { status: 'x' }, where: { id: 1 } } },
    {
      'body.data': [MISSING, {}, 7, 'x', null, []],
      'body.data.colour': ['red'],
      'body.data.status': [[], {}],
      'body.where': [MISSING, 7, 'id = 1', null],
      'body.where.colour': ['red'],
      'body.where.id': [[], {}],
      'body.allow_all': [[], {}],
      'body.colour': ['red'],
    },
  );
});

describe('DELETE /projects/{p}/records/{table}', () => {
  documented('deletes every matching row', async () => {
    const { table, records } = await givenContacts('swept');
    const data = await accept(200, 'DELETE', records, { where: { status: 'active' } });
    assertKeys(data, ['table', 'affected_rows']);
    assert.deepEqual(data, { table, affected_rows: 2 });
    assert.deepEqual(await namesIn(records), ['Cem']);
    const none = await accept(200, 'DELETE', records, { where: { status: 'active' } });
    assert.equal(none.affected_rows, 0);
  });

  documented('deletes all rows only with allow_all', async () => {
    const { records } = await givenContacts('emptied');
    await refuse('validation_failed', 'DELETE', records, { where: {} }, { fields: ['body.where'] });
    await refuse('validation_failed', 'DELETE', records, {}, { fields: ['body.where'] });
    assert.equal((await accept(200, 'DELETE', records, { where: {}, allow_all: true })).affected_rows, 3);
    assert.deepEqual(await namesIn(records), []);
  });

  refusesEach(
    service,
    { method: 'DELETE', path: refused.records, body: { where: { id: 1 } } },
    {
      'body.where': [7, 'id = 1', null],
      'body.where.colour': ['red'],
      'body.allow_all': [[], {}],
      'body.colour': ['red'],
    },
  );
});
