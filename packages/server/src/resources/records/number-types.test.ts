import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { type ProjectClient, startProject } from '../../testing/http/project-client.ts';
import { fieldsAtFault } from '../../testing/http/test-server.ts';

let project: ProjectClient;

before(async () => {
  project = await startProject(`
    CREATE TABLE strict(id INTEGER PRIMARY KEY, a ANY, i INTEGER, r REAL, t TEXT) STRICT;
    CREATE TABLE loose(id INTEGER PRIMARY KEY, a, i INT, r REAL, t TEXT);`);
});
after(() => project[Symbol.asyncDispose]());

/** The JSON of a number, and the stored value of a column without a type. */
const SPELLINGS: readonly (readonly [json: string, stored: string])[] = [
  ['3', 'integer 3'],
  ['-0', 'integer 0'],
  ['9007199254740991', 'integer 9007199254740991'],
  ['9223372036854775807', 'integer 9223372036854775807'],
  ['3.0', 'real 3.0'],
  ['-3.000', 'real -3.0'],
  ['0.0', 'real 0.0'],
  ['1e3', 'real 1000.0'],
  ['1E+0', 'real 1.0'],
  ['25e-1', 'real 2.5'],
  ['10e-1', 'real 1.0'],
  ['2.50e1', 'real 25.0'],
  ['1.00000000000000000001', 'real 1.0'],
  ['12345678901234.00000000001', 'real 12345678901234.0'],
  ['1e300', 'real 1.0e+300'],
  ['2.5', 'real 2.5'],
];

type Request = readonly [method: string, path: string, json: string];

/** Ways to store a value in the column `a` of the row with this id, which exists. */
const WAYS: Readonly<Record<string, (table: string, id: number, json: string) => Request>> = {
  create: (table, id, json) => ['POST', `records/${table}`, `{"id":${id},"a":${json}}`],
  'create, in data': (table, id, json) => ['POST', `records/${table}`, `{"data":{"id":${id},"a":${json}}}`],
  'create many': (table, id, json) => [
    'POST',
    `records/${table}`,
    `{"rows":[{"id":${OTHERS + id},"a":null},{"id":${id},"a":${json}}]}`,
  ],
  upsert: (table, id, json) => [
    'POST',
    `records/${table}`,
    `{"data":{"id":${id},"a":${json}},"on_conflict":{"columns":["id"],"action":"update"}}`,
  ],
  update: (table, id, json) => ['PATCH', `records/${table}/${id}`, `{"a":${json}}`],
  'update, in data': (table, id, json) => ['PATCH', `records/${table}/${id}`, `{"data":{"a":${json}}}`],
  'update many': (table, id, json) => [
    'PATCH',
    `records/${table}`,
    `{"where":{"id":${id}.0},"data":{"a":${json}}}`,
  ],
  'a batch': (table, id, json) => [
    'POST',
    'batch',
    `{"operations":[{"method":"PATCH","path":"/records/${table}/${id}","body":{"a":${json}}}]}`,
  ],
  'a reference in a batch': (table, id, json) => [
    'POST',
    'batch',
    `{"operations":[{"method":"POST","path":"/records/${table}","body":{"id":${OTHERS + id},"a":${json}}},
      {"method":"PATCH","path":"/records/${table}/${id}","body":{"a":{"$ref":"0.row.a"}}}]}`,
  ],
};

/** The ids of other rows begin above this one. */
const OTHERS = 1_000;

for (const table of ['strict', 'loose']) {
  for (const [way, request] of Object.entries(WAYS)) {
    test(`${way} stores each number with its type in ${table}`, async () => {
      // Answers show an integer beyond 2^53 as text, so a reference to it is text.
      const spellings = SPELLINGS.filter(
        ([json]) => !(way === 'a reference in a batch' && json === '9223372036854775807'),
      );
      const rows = way.startsWith('create') ? [] : spellings.map((_, index) => `(${index + 1})`);
      project.shell(
        `DELETE FROM ${table};${rows.length > 0 ? `INSERT INTO ${table}(id) VALUES ${rows.join()};` : ''}`,
      );
      for (const [index, [json]] of spellings.entries())
        await project.data(...request(table, index + 1, json));
      const found = project.shell(
        `SELECT typeof(a) || ' ' || a FROM ${table} WHERE id <= ${spellings.length} ORDER BY id;`,
      );
      assert.deepEqual(
        found.split('\n'),
        spellings.map(([, stored]) => stored),
      );
    });
  }
}

test('a column with a type converts each number as SQLite does', async () => {
  project.shell('DELETE FROM strict; DELETE FROM loose;');
  for (const table of ['strict', 'loose']) {
    const { row } = await project.data('POST', `records/${table}`, '{"id":10,"i":3.0,"r":3,"t":3.0,"a":3.0}');
    assert.deepEqual(row, { id: 10, a: 3, i: 3, r: 3, t: '3.0' });
    assert.match(await project.text(`records/${table}/10`), /"a":3\.0,"i":3,"r":3\.0,"t":"3\.0"/);
  }
});

describe('a parameter of a query', () => {
  for (const [json, stored] of SPELLINGS) {
    test(`${json} is ${stored}`, async () => {
      for (const params of [`[${json}]`, `{"v":${json}}`]) {
        const mark = params.startsWith('[') ? '?1' : ':v';
        const sql = JSON.stringify(`SELECT typeof(${mark}) || ' ' || ${mark} AS v`);
        const { rows } = await project.data('POST', 'query', `{"sql":${sql},"params":${params}}`);
        assert.equal(rows[0].v, stored);
      }
    });
  }

  test('divides as its type does', async () => {
    for (const [json, expected] of [
      ['3', 1],
      ['3.0', 1.5],
      ['3e0', 1.5],
    ] as const) {
      const { rows } = await project.data('POST', 'query', `{"sql":"SELECT ?/2 AS v","params":[${json}]}`);
      assert.deepEqual(rows, [{ v: expected }]);
    }
  });
});

test('a filter keeps the type of its number, in every request', async () => {
  project.shell(`DELETE FROM loose; INSERT INTO loose(id, t) VALUES (1, '3'), (2, '3.0'), (3, '3');`);
  for (const [json, count] of [
    ['3', 2],
    ['3.0', 1],
    ['3e0', 1],
  ] as const) {
    for (const filters of [
      `{"t":${json}}`,
      `[{"column":"t","value":${json}}]`,
      `[{"column":"t","op":"in","value":[${json}]}]`,
    ]) {
      const listed = await project.data('GET', `records/loose?filters=${encodeURIComponent(filters)}`);
      assert.equal(listed.returned, count, filters);
      const changed = await project.data('PATCH', 'records/loose', `{"where":${filters},"data":{"i":1}}`);
      assert.equal(changed.affected_rows, count, filters);
      const { export: table } = await project.data('POST', 'export/table/loose', `{"filters":${filters}}`);
      assert.equal(table.row_count, count, filters);
      const options = `{"table_options":{"loose":{"filters":${filters}},"strict":{"limit":0}}}`;
      assert.equal((await project.data('POST', 'export/database', options)).export.row_count, count, filters);
    }
  }
});

test('a field with a type accepts an integer in each spelling', async () => {
  project.shell('DELETE FROM strict; INSERT INTO strict(id) VALUES (1), (2);');
  const query = await project.data(
    'POST',
    'query',
    '{"sql":"SELECT id FROM strict","limit":1.0,"params":[]}',
  );
  assert.deepEqual([query.row_count, query.limit], [1, 1]);
  const made = await project.data(
    'POST',
    'export/table/strict',
    '{"limit":1.0,"offset":1e0,"expires_in":60.0,"bom":0.0}',
  );
  assert.equal(made.export.row_count, 1);
  const options = '{"include_tables":["strict"],"table_options":{"strict":{"limit":1.0}}}';
  assert.equal((await project.data('POST', 'export/database', options)).export.row_count, 1);
  const all = '{"allow_all":1.0,"data":{"i":7}}';
  assert.equal((await project.data('PATCH', 'records/strict', all)).affected_rows, 2);
  const batch = `{"operations":[{"method":"PATCH","path":"/records/strict","body":${all}}]}`;
  assert.equal((await project.data('POST', 'batch', batch)).results[0].data.affected_rows, 2);
});

test('a number in place of an object or an array is refused, in each spelling', async () => {
  for (const json of ['3', '3.0', '1e2']) {
    for (const [method, path, body, field] of [
      ['POST', 'records/strict', json, 'body'],
      ['POST', 'records/strict', `{"rows":[${json}]}`, 'body.rows[0]'],
      ['POST', 'records/strict', `{"rows":[{"a":[${json}]}]}`, 'body.rows[0].a'],
      ['POST', 'records/strict', `{"data":{"a":1},"on_conflict":${json}}`, 'body.on_conflict'],
      ['PATCH', 'records/strict', `{"data":${json},"where":{"id":1}}`, 'body.data'],
      ['PATCH', 'records/strict', `{"data":{"a":1},"where":${json}}`, 'body.where'],
      ['DELETE', 'records/strict', `{"where":[${json}]}`, 'body.where[0]'],
      ['DELETE', 'records/strict', `{"where":[{"column":${json},"value":1}]}`, 'body.where[0].column'],
      [
        'DELETE',
        'records/strict',
        `{"where":[{"column":"t","op":"like","value":${json}}]}`,
        'body.where[0].value',
      ],
      [
        'DELETE',
        'records/strict',
        `{"where":[{"column":"t","op":"in","value":${json}}]}`,
        'body.where[0].value',
      ],
      [
        'DELETE',
        'records/strict',
        `{"where":[{"column":"t","op":"is_null","value":${json}}]}`,
        'body.where[0].value',
      ],
      [
        'POST',
        'batch',
        `{"operations":[{"method":"POST","path":"/records/strict","body":${json}}]}`,
        'body.operations[0].body',
      ],
      ['POST', 'query', `{"sql":"SELECT 1","params":${json}}`, 'body.params'],
      ['POST', 'query', `{"sql":${json}}`, 'body.sql'],
      ['POST', 'export/table/strict', `{"columns":[${json}]}`, 'body.columns[0]'],
      ['POST', 'export/table/strict', `{"filters":${json}}`, 'body.filters'],
    ] as const) {
      const answer = await project.refuse('validation_failed', method, path, body);
      assert.deepEqual(fieldsAtFault(answer), [field], `${method} ${path} ${body}`);
    }
  }
});
