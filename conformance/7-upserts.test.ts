import assert from 'node:assert/strict';
import { after, describe } from 'node:test';

import type { Data } from './answer.ts';
import { ours } from './contract.ts';
import { openService } from './tested-service.ts';
import { MISSING, refusesEach } from './wrong-fields.ts';

const service = await openService();
after(() => service.close());
const { path, accept, refuse } = service;

/** Creates a table with unique emails and a row for Ada. */
async function givenContacts(name: string): Promise<string> {
  const table = service.tableName(name);
  await accept(201, 'POST', `${path}/table`, {
    table_name: table,
    columns: [{ column_name: 'email', is_unique: true }, { column_name: 'name' }],
  });
  const records = `${path}/records/${table}`;
  await accept(201, 'POST', records, { email: 'ada@example.com', name: 'Ada' });
  return records;
}

async function rowsOf(records: string): Promise<readonly Data[]> {
  const { rows } = await accept(200, 'GET', records);
  return rows.map(({ email, name }: Data) => [email, name]);
}

const onEmail = (action: string) => ({ columns: ['email'], action });
const countess = { email: 'ada@example.com', name: 'Countess' };

const refused = await givenContacts('refused');

describe('on_conflict', () => {
  ours('update replaces the values of the existing row', async () => {
    const records = await givenContacts('updated');
    for (const body of [
      { ...countess, on_conflict: onEmail('update') },
      { data: countess, on_conflict: onEmail('update') },
    ]) {
      const { row } = await accept(200, 'POST', records, body);
      assert.deepEqual(row, { id: 1, ...countess });
    }
    assert.deepEqual(await rowsOf(records), [['ada@example.com', 'Countess']]);
  });

  ours('only checks what it stores in the existing row', async () => {
    const table = service.tableName('strict');
    await accept(201, 'POST', `${path}/table`, {
      table_name: table,
      columns: [
        { column_name: 'code', is_unique: true },
        { column_name: 'name', is_nullable: false },
        { column_name: 'age', column_type: 'INTEGER', default_value: -1 },
        { column_name: 'note' },
      ],
      checks: ['age >= 0'],
    });
    const records = `${path}/records/${table}`;
    await accept(201, 'POST', records, { id: 1, code: 'a', name: 'Ada', age: 7 });
    for (const [key, columns] of [
      [{ id: 1 }, ['id']],
      [{ code: 'a' }, ['code']],
    ] as const) {
      for (const [action, note] of [
        ['update', 'new'],
        ['ignore', 'other'],
      ] as const) {
        const body = { data: { ...key, note }, on_conflict: { columns, action } };
        const { row } = await accept(200, 'POST', records, body);
        assert.deepEqual(row, { id: 1, code: 'a', name: 'Ada', age: 7, note: 'new' });
        const rows = { rows: [{ ...key, note }], on_conflict: { columns, action } };
        const many = await accept(200, 'POST', records, rows);
        assert.deepEqual([many.updated, many.ignored], action === 'update' ? [1, 0] : [0, 1]);
      }
    }
    const onId = { columns: ['id'], action: 'update' };
    await refuse('constraint_violation', 'POST', records, {
      data: { id: 2, note: 'new' },
      on_conflict: onId,
    });
    await refuse('constraint_violation', 'POST', records, { data: { id: 1, age: -2 }, on_conflict: onId });
    await refuse('constraint_violation', 'POST', records, { data: { id: 1, name: null }, on_conflict: onId });
  });

  ours('ignore leaves the existing row unchanged', async () => {
    const records = await givenContacts('ignored');
    const { row } = await accept(200, 'POST', records, { ...countess, on_conflict: onEmail('ignore') });
    assert.equal(row.name, 'Ada');
    assert.deepEqual(await rowsOf(records), [['ada@example.com', 'Ada']]);
  });

  ours('returns 201 if there was no conflict', async () => {
    const records = await givenContacts('fresh');
    const bob = { email: 'bob@example.com', name: 'Bob' };
    await accept(201, 'POST', records, { ...bob, on_conflict: onEmail('update') });
    assert.equal((await rowsOf(records)).length, 2);
  });

  ours('applies to each of many rows', async () => {
    const records = await givenContacts('several');
    const rows = [countess, { email: 'bob@example.com', name: 'Bob' }];
    const data = await accept(201, 'POST', records, { rows, on_conflict: onEmail('update') });
    assert.equal(data.created, 1);
    assert.equal(data.updated, 1);
    assert.deepEqual(await rowsOf(records), [
      ['ada@example.com', 'Countess'],
      ['bob@example.com', 'Bob'],
    ]);
  });

  ours('accepts columns that are unique together', async () => {
    const records = await givenContacts('loose');
    const body = { ...countess, on_conflict: { columns: ['name'], action: 'update' } };
    await refuse('validation_failed', 'POST', records, body, { fields: ['body.on_conflict.columns'] });
  });
});

refusesEach(
  service,
  { method: 'POST', path: refused, body: { data: countess, on_conflict: onEmail('update') } },
  {
    'body.on_conflict': [7, 'update', []],
    'body.on_conflict.columns': [MISSING, [], 'email', 7, null, [7]],
    'body.on_conflict.columns[0]': ['colour'],
    'body.on_conflict.action': [MISSING, '', 'replace', 7, null],
    'body.on_conflict.colour': ['red'],
  },
);
