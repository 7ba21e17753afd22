import assert from 'node:assert/strict';
import { after, describe } from 'node:test';

import { assertKeys, type Data } from './answer.ts';
import { documented, ours } from './contract.ts';
import { openService } from './tested-service.ts';
import { MISSING, refusesEach } from './wrong-fields.ts';

const service = await openService();
after(() => service.close());
const { path, accept, refuse } = service;

const INDEX_KEYS = ['name', 'unique', 'origin', 'partial', 'columns', 'managed'];

const contacts = service.tableName('contacts');
const indexes = `${path}/indexes/${contacts}`;
const made = await accept(201, 'POST', `${path}/table`, {
  table_name: contacts,
  columns: [{ column_name: 'email' }, { column_name: 'code', is_unique: true }, { column_name: 'city' }],
});

describe('POST /projects/{p}/indexes/{table}', () => {
  documented('creates an index, named after its table and columns', async () => {
    const data = await accept(201, 'POST', indexes, { columns: ['email'] });
    assertKeys(data, ['index']);
    assertKeys(data.index, INDEX_KEYS);
    assert.deepEqual(data.index, {
      name: `idx_${contacts}_email`,
      unique: false,
      origin: 'c',
      partial: false,
      columns: ['email'],
      managed: true,
    });
    const several = await accept(201, 'POST', indexes, { columns: ['city', 'email'] });
    assert.equal(several.index.name, `idx_${contacts}_city_email`);
    assert.deepEqual(several.index.columns, ['city', 'email']);
  });

  documented('accepts a name, and can make it unique', async () => {
    const name = `by_code_${contacts}`;
    const index = { columns: ['code'], index_name: name, unique: true };
    const data = await accept(201, 'POST', `${path}/indexes/${made.table.id}`, index);
    assert.deepEqual([data.index.name, data.index.unique], [name, true]);
  });

  ours('is a constraint_violation for duplicate values', async () => {
    const table = service.tableName('doubled');
    await accept(201, 'POST', `${path}/table`, { table_name: table, columns: [{ column_name: 'a' }] });
    await accept(201, 'POST', `${path}/records/${table}`, { rows: [{ a: 'x' }, { a: 'x' }] });
    const index = { columns: ['a'], unique: true };
    await refuse('constraint_violation', 'POST', `${path}/indexes/${table}`, index);
    assert.deepEqual((await accept(200, 'GET', `${path}/indexes/${table}`)).indexes, []);
  });

  documented('requires columns', async () => {
    for (const body of [{}, { columns: [] }]) {
      await refuse('validation_failed', 'POST', indexes, body, { fields: ['body.columns'] });
    }
  });

  refusesEach(
    service,
    { method: 'POST', path: indexes, body: { columns: ['city'], index_name: 'refused' } },
    {
      'body.columns': [MISSING, [], 7, 'city', null, ['city', 'city']],
      'body.columns[0]': ['nothing', 7, null],
      'body.index_name': ['', 7, null, '1a', 'a b', 'x'.repeat(64), 'sqlite_x'],
      'body.unique': [[], {}],
      'body.colour': ['red'],
    },
  );
});

describe('GET /projects/{p}/indexes/{table}', () => {
  documented('lists the indexes of a table, including those of its constraints', async () => {
    const data = await accept(200, 'GET', indexes);
    assertKeys(data, ['table', 'indexes']);
    assert.equal(data.table, contacts);
    for (const index of data.indexes) assertKeys(index, INDEX_KEYS);
    const ofConstraint = data.indexes.find(({ origin }: Data) => origin === 'u');
    assert.deepEqual(
      [ofConstraint.columns, ofConstraint.unique, ofConstraint.managed],
      [['code'], true, false],
    );
  });
});

describe('DELETE /projects/{p}/indexes/{table}/{index_name}', () => {
  documented('drops an index', async () => {
    const name = `dropped_${contacts}`;
    await accept(201, 'POST', indexes, { columns: ['city'], index_name: name });
    const data = await accept(200, 'DELETE', `${indexes}/${name}`);
    assertKeys(data, ['deleted', 'index_name']);
    assert.deepEqual(data, { deleted: true, index_name: name });
    await refuse('not_found', 'DELETE', `${indexes}/${name}`);
  });

  ours('is a conflict for the index of a constraint', async () => {
    const { indexes: listed } = await accept(200, 'GET', indexes);
    const { name } = listed.find(({ managed }: Data) => managed === false);
    await refuse('conflict', 'DELETE', `${indexes}/${name}`);
  });
});
