import assert from 'node:assert/strict';
import { after, describe } from 'node:test';

import type { Data } from './answer.ts';
import { documented, ours } from './contract.ts';
import { openService } from './tested-service.ts';
import { refusesEach } from './wrong-fields.ts';

const service = await openService();
after(() => service.close());
const { path, accept, refuse } = service;

const contacts = service.tableName('contacts');
const records = `${path}/records/${contacts}`;
await accept(201, 'POST', `${path}/table`, {
  table_name: contacts,
  columns: [{ column_name: 'status' }, { column_name: 'owner_id', column_type: 'INTEGER' }],
});
for (const row of [
  { status: 'active', owner_id: 42 },
  { status: 'active', owner_id: 7 },
  { status: 'gone', owner_id: 42 },
  { status: null, owner_id: null },
  { status: '100%', owner_id: 1 },
]) {
  await accept(201, 'POST', records, row);
}

/** The ids of the matching rows. */
async function matching(filters: unknown): Promise<readonly number[]> {
  const { rows } = await accept(
    200,
    'GET',
    `${records}?filters=${encodeURIComponent(JSON.stringify(filters))}`,
  );
  return rows.map(({ id }: Data) => id);
}

describe('an object of columns and values', () => {
  documented('matches rows with exactly these values', async () => {
    assert.deepEqual(await matching({ status: 'active', owner_id: 42 }), [1]);
    assert.deepEqual(await matching({ status: 'active' }), [1, 2]);
    assert.deepEqual(await matching({ status: 'ACTIVE' }), []);
    assert.deepEqual(await matching({}), [1, 2, 3, 4, 5]);
  });

  documented('matches NULL for null', async () => {
    assert.deepEqual(await matching({ status: null }), [4]);
  });

  documented('never treats a value as SQL', async () => {
    assert.deepEqual(await matching({ status: "' OR 1=1 --" }), []);
  });
});

describe('conditions', () => {
  const conditions: readonly (readonly [
    op: string,
    column: string,
    value: unknown,
    ids: readonly number[],
  ])[] = [
    ['=', 'status', 'active', [1, 2]],
    ['!=', 'status', 'active', [3, 5]],
    ['>', 'owner_id', 7, [1, 3]],
    ['>=', 'owner_id', 7, [1, 2, 3]],
    ['<', 'owner_id', 7, [5]],
    ['<=', 'owner_id', 7, [2, 5]],
    ['like', 'status', 'act%', [1, 2]],
    ['like', 'status', '_one', [3]],
    ['in', 'owner_id', [1, 7], [2, 5]],
    ['in', 'owner_id', [], []],
  ];
  for (const [op, column, value, ids] of conditions) {
    documented(`${column} ${op} ${JSON.stringify(value)}`, async () => {
      assert.deepEqual(await matching([{ column, op, value }]), ids);
    });
  }

  documented('is_null and not_null need no value', async () => {
    assert.deepEqual(await matching([{ column: 'owner_id', op: 'is_null' }]), [4]);
    assert.deepEqual(await matching([{ column: 'owner_id', op: 'not_null' }]), [1, 2, 3, 5]);
  });

  ours('is_null and not_null accept null and true as values, with the same meaning', async () => {
    for (const value of [null, true]) {
      assert.deepEqual(await matching([{ column: 'owner_id', op: 'is_null', value }]), [4]);
      assert.deepEqual(await matching([{ column: 'owner_id', op: 'not_null', value }]), [1, 2, 3, 5]);
    }
  });

  ours('is_null and not_null refuse any other value, in every route with filters', async () => {
    for (const op of ['is_null', 'not_null']) {
      for (const value of [false, 0, 1, '', 'true', [], [true], {}]) {
        const filters = [{ column: 'owner_id', op, value }];
        const url = `${records}?filters=${encodeURIComponent(JSON.stringify(filters))}`;
        const operation = { method: 'DELETE', path: `/records/${contacts}`, body: { where: filters } };
        const options = { [contacts]: { filters } };
        for (const [method, target, body, field] of [
          ['GET', url, undefined, 'query.filters[0].value'],
          ['DELETE', records, { where: filters }, 'body.where[0].value'],
          ['PATCH', records, { where: filters, data: { status: 'x' } }, 'body.where[0].value'],
          ['POST', `${path}/batch`, { operations: [operation] }, 'body.operations[0].body.where[0].value'],
          ['POST', `${path}/export/table/${contacts}`, { filters }, 'body.filters[0].value'],
          [
            'POST',
            `${path}/export/database`,
            { table_options: options },
            `body.table_options.${contacts}.filters[0].value`,
          ],
        ] as const) {
          await refuse('validation_failed', method, target, body, { fields: [field] });
        }
      }
    }
    assert.deepEqual(await matching([]), [1, 2, 3, 4, 5]);
  });

  documented('are combined with AND', async () => {
    const both = [
      { column: 'status', op: '=', value: 'active' },
      { column: 'owner_id', op: '>', value: 7 },
    ];
    assert.deepEqual(await matching(both), [1]);
  });

  ours('find a text literally, ignoring the case of A to Z', async () => {
    for (const [op, value, ids] of [
      ['contains', 'TIV', [1, 2]],
      ['contains', '%', [5]],
      ['contains', '_', []],
      ['starts_with', 'Act', [1, 2]],
      ['starts_with', 'ctive', []],
      ['ends_with', '0%', [5]],
      ['ends_with', '%%', []],
    ] as const) {
      assert.deepEqual(await matching([{ column: 'status', op, value }]), ids, `${op} ${value}`);
    }
  });

  ours('take an escape character with like', async () => {
    for (const [value, escape, ids] of [
      ['100!%', '!', [5]],
      ['%!%', '!', [5]],
      ['100%%', '%', [5]],
      ['a!_tive', '!', []],
    ] as const) {
      assert.deepEqual(await matching([{ column: 'status', op: 'like', value, escape }]), ids, value);
    }
  });

  ours('compare a number only with numbers', async () => {
    assert.deepEqual(await matching([{ column: 'owner_id', op: '<', value: '42' }]), [2, 5]);
    assert.deepEqual(await matching([{ column: 'owner_id', op: '!=', value: 'no' }]), [1, 2, 3, 5]);
    for (const op of ['<', '<=', '>', '>=']) {
      const where = [{ column: 'owner_id', op, value: 'no' }];
      const fields = ['body.where[0].value'];
      await refuse('validation_failed', 'DELETE', records, { where }, { fields });
    }
  });

  ours('use = if op is missing', async () => {
    assert.deepEqual(await matching([{ column: 'status', value: 'gone' }]), [3]);
  });

  ours('are at most 100, with at most 1,000 values in an `in`', async () => {
    const condition = { column: 'owner_id', op: '=', value: 42 };
    const full = Array.from({ length: 100 }, () => condition);
    assert.deepEqual(await matching(full), [1, 3]);
    const long = { column: 'owner_id', op: 'in', value: Array.from({ length: 1_000 }, (_, index) => index) };
    assert.deepEqual(await matching([long]), [1, 2, 3, 5]);
    for (const [filters, field] of [
      [[...full, condition], 'body.where'],
      [[{ ...long, value: [...long.value, 1_000] }], 'body.where[0].value'],
    ] as const) {
      await refuse('validation_failed', 'DELETE', records, { where: filters }, { fields: [field] });
    }
  });
});

describe('an invalid filter', () => {
  const faults: readonly (readonly [filters: string, field: string])[] = [
    ['', 'query.filters'],
    ['status=active', 'query.filters'],
    ['7', 'query.filters'],
    ['null', 'query.filters'],
    ['"status"', 'query.filters'],
    ['{"colour":"red"}', 'query.filters.colour'],
    ['{"status":["active"]}', 'query.filters.status'],
    ['{"status":{"a":1}}', 'query.filters.status'],
    ['[7]', 'query.filters[0]'],
    ['[{"op":"=","value":1}]', 'query.filters[0].column'],
    ['[{"column":7,"op":"=","value":1}]', 'query.filters[0].column'],
    ['[{"column":"colour","op":"=","value":1}]', 'query.filters[0].column'],
    ['[{"column":"status","op":"~","value":1}]', 'query.filters[0].op'],
    ['[{"column":"status","op":7,"value":1}]', 'query.filters[0].op'],
    ['[{"column":"status","op":"="}]', 'query.filters[0].value'],
    ['[{"column":"status","op":"=","value":[1]}]', 'query.filters[0].value'],
    ['[{"column":"status","op":"in","value":"active"}]', 'query.filters[0].value'],
    ['[{"column":"status","op":"in","value":[[1]]}]', 'query.filters[0].value[0]'],
    ['[{"column":"status","op":"like","value":7}]', 'query.filters[0].value'],
    ['[{"column":"status","value":"a","not":true}]', 'query.filters[0].not'],
    ['[{"column":"status","op":"contains","value":7}]', 'query.filters[0].value'],
    ['[{"column":"status","op":"starts_with","value":null}]', 'query.filters[0].value'],
    ['[{"column":"status","op":"ends_with"}]', 'query.filters[0].value'],
    ['[{"column":"status","op":"like","value":"a","escape":""}]', 'query.filters[0].escape'],
    ['[{"column":"status","op":"like","value":"a","escape":"ab"}]', 'query.filters[0].escape'],
    ['[{"column":"status","op":"=","value":"a","escape":"!"}]', 'query.filters[0].escape'],
    ['{"status":"active"},{}', 'query.filters'],
  ];
  for (const [filters, field] of faults) {
    ours(`${filters} names ${field}`, async () => {
      const url = `${records}?filters=${encodeURIComponent(filters)}`;
      await refuse('validation_failed', 'GET', url, undefined, { fields: [field] });
    });
  }
});

describe('GET /projects/{p}/records/{table}', () => {
  ours('takes names in double quotes in sort and columns', async () => {
    const query = new URLSearchParams({ sort: '-"owner_id","id"', columns: '"id",owner_id', limit: '2' });
    const { rows } = await accept(200, 'GET', `${records}?${query.toString()}`);
    assert.deepEqual(rows, [
      { id: 1, owner_id: 42 },
      { id: 3, owner_id: 42 },
    ]);
  });

  refusesEach(
    service,
    { method: 'GET', path: records },
    {
      'query.limit': ['0', '501', 'ten', '', '1.5', '-1'],
      'query.offset': ['-1', 'ten', '1.5', ''],
      'query.order': ['up', ''],
      'query.sort': ['', 'colour', 'id,', 'id desc', '"id', '"id"x', '"colour"'],
      'query.columns': ['', 'colour', 'id,colour', '"id', '"id"x', '"colour"'],
      'query.after': ['not a cursor'],
      'query.colour': ['red'],
    },
  );
});
