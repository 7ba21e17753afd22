import assert from 'node:assert/strict';
import { test } from 'node:test';

import { borrowTestServer } from '../../testing/http/borrowed-server.ts';
import { type ProjectClient, startProject } from '../../testing/http/project-client.ts';

const TABLES = `
  CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT UNIQUE, age INTEGER) STRICT;
  CREATE TABLE notes (id INTEGER PRIMARY KEY, person INTEGER REFERENCES people, text TEXT, rank ANY) STRICT;
  CREATE TABLE pairs (a TEXT, b INTEGER, c BLOB, PRIMARY KEY (a, b)) STRICT;`;

const post = (path: string, body: unknown) => ({ method: 'POST', path, body });

/** A summary of the results of a batch. */
async function run(project: ProjectClient, operations: readonly unknown[]) {
  const { results } = await project.data('POST', 'batch', { operations });
  return results as readonly { readonly status: number; readonly data: unknown }[];
}

test('a batch runs every kind of operation in one transaction, and later ones can use earlier results', async () => {
  await using project = await startProject(TABLES);
  const results = await run(project, [
    post('/records/people', { email: 'ann@x', age: '9007199254740993' }),
    post('/records/people', { rows: [{ email: 'bo@x' }, { email: 'cy@x' }] }),
    post('/records/notes', {
      person: { $ref: '0.row.id' },
      text: { $ref: '0.row.email' },
      rank: { $ref: '0.row.age' },
    }),
    post('/records/notes', { data: { person: { $ref: '1.rows.1.id' }, text: 'x' } }),
    { method: 'GET', path: '/records/people/{0.row.id}' },
    { method: 'PATCH', path: '/records/people/{1.rows.0.id}', body: { age: { $ref: '1.created' } } },
    {
      method: 'PATCH',
      path: '/records/notes',
      body: { data: { text: 'y' }, where: { person: { $ref: '1.rows.1.id' } } },
    },
    { method: 'DELETE', path: '/records/notes/{3.row.id}' },
    post('/records/people', {
      email: 'ann@x',
      age: 5,
      on_conflict: { columns: ['email'], action: 'update' },
    }),
    post('/records/pairs', { a: 'x,y', b: { $ref: '6.affected_rows' }, c: '/w==' }),
    { method: 'delete', path: '/records/pairs/x%2Cy,{9.row.b}' },
    {
      method: 'DELETE',
      path: '/records/people',
      body: { where: [{ column: 'id', op: 'in', value: [{ $ref: '1.rows.0.id' }, 99] }] },
    },
  ]);
  assert.deepEqual(results, [
    { status: 201, data: { table: 'people', row: { id: 1, email: 'ann@x', age: '9007199254740993' } } },
    {
      status: 201,
      data: {
        table: 'people',
        created: 2,
        rows: [
          { id: 2, email: 'bo@x', age: null },
          { id: 3, email: 'cy@x', age: null },
        ],
      },
    },
    {
      status: 201,
      data: { table: 'notes', row: { id: 1, person: 1, text: 'ann@x', rank: '9007199254740993' } },
    },
    { status: 201, data: { table: 'notes', row: { id: 2, person: 3, text: 'x', rank: null } } },
    { status: 200, data: { table: 'people', row: { id: 1, email: 'ann@x', age: '9007199254740993' } } },
    { status: 200, data: { table: 'people', row: { id: 2, email: 'bo@x', age: 2 } } },
    { status: 200, data: { table: 'notes', affected_rows: 1 } },
    { status: 200, data: { deleted: true, table: 'notes', id: '2' } },
    { status: 200, data: { table: 'people', row: { id: 1, email: 'ann@x', age: 5 } } },
    { status: 201, data: { table: 'pairs', row: { a: 'x,y', b: 1, c: '/w==' } } },
    { status: 200, data: { deleted: true, table: 'pairs', id: 'x,y,1' } },
    { status: 200, data: { table: 'people', affected_rows: 1 } },
  ]);
  assert.equal(project.shell('SELECT group_concat(id) FROM people; SELECT count(*) FROM pairs;'), '1,3\n0');
});

test('the first failure rolls back the batch, and the error has its position and its field', async () => {
  await using project = await startProject(TABLES);
  await project.data('POST', 'records/people', { email: 'ann@x' });
  const fine = post('/records/people', { email: 'bo@x' });
  const cases: readonly [string, readonly unknown[], string][] = [
    [
      'constraint_violation',
      [fine, post('/records/people', { email: 'ann@x' }), post('/records/nowhere', {})],
      '1',
    ],
    ['constraint_violation', [fine, post('/records/notes', { person: 77 })], '1'],
    [
      'constraint_violation',
      [
        fine,
        post('/records/notes', { person: { $ref: '0.row.id' } }),
        { method: 'DELETE', path: '/records/people/{0.row.id}' },
      ],
      '2',
    ],
    ['constraint_violation', [fine, fine, { method: 'GET', path: '/records/people/99' }], '1'],
    ['not_found', [fine, { method: 'GET', path: '/records/people/99' }], '1'],
    ['not_found', [fine, post('/records/nowhere', {})], '1'],
    ['validation_failed', [fine, post('/records/people', { emial: 'x' })], '1.body.emial'],
    ['validation_failed', [fine, post('/records/people', { age: { $ref: '1.row.id' } })], '1.body.age'],
    ['validation_failed', [fine, post('/records/people', { age: { $ref: '0' } })], '1.body.age'],
    ['validation_failed', [fine, post('/records/people', { age: { $ref: '0.row.nothing' } })], '1.body.age'],
    ['validation_failed', [fine, post('/records/people', { age: { $ref: '0.row' } })], '1.body.age'],
    [
      'validation_failed',
      [
        post('/records/people', { rows: [{}, {}] }),
        post('/records/people', { age: { $ref: '0.rows.length' } }),
      ],
      '1.body.age',
    ],
    ['validation_failed', [fine, post('/records/people', { operations: { a: 1 } })], '1.body.operations'],
    ['validation_failed', [fine, { method: 'DELETE', path: '/records/people/{0.row.age}' }], '1.path'],
    ['validation_failed', [fine, { method: 'DELETE', path: '/records/people' }], '1.body.where'],
    ['validation_failed', [fine, { method: 'GET', path: '/records/people' }], '1.path'],
    ['validation_failed', [fine, post('/records/people/1', {})], '1.path'],
    ['validation_failed', [fine, post('/table', { table_name: 'x' })], '1.path'],
    ['validation_failed', [fine, post('/records/people?limit=1', {})], '1.path'],
    ['validation_failed', [fine, post('/records/%zz', {})], '1.path'],
    ['validation_failed', [fine, post('/records/people', [])], '1.body'],
    ['validation_failed', [fine, { method: 'PATCH', path: '/records/people/1', body: {} }], '1.body'],
    [
      'validation_failed',
      [fine, { method: 'DELETE', path: '/records/people/1', body: { x: 1 } }],
      '1.body.x',
    ],
  ];
  for (const [code, operations, place] of cases) {
    const { body } = await project.call('POST', 'batch', { operations });
    const what = JSON.stringify([operations, body.error]);
    assert.equal(body.error?.code, code, what);
    const [position, ...field] = place.split('.');
    const path = ['body', `operations[${position}]`, ...field].join('.');
    assert.ok(
      body.error?.details?.some((detail) => detail.field.startsWith(path)),
      what,
    );
    assert.match(
      body.error?.message ?? '',
      new RegExp(`^Operation ${position} failed, so the batch had no effect: `),
    );
  }
  assert.equal(project.shell('SELECT group_concat(email) FROM people;'), 'ann@x');
});

test('a batch has 1 to 1,000 operations, and up to 10,000 new rows', async () => {
  await using project = await startProject(TABLES);
  const one = post('/records/people', {});
  await project.refuse('validation_failed', 'POST', 'batch', { operations: [] });
  await project.refuse('validation_failed', 'POST', 'batch', {
    operations: Array.from({ length: 1_001 }, () => one),
  });
  const rows = Array.from({ length: 5_001 }, () => ({}));
  const many = post('/records/people', { rows, return: 'none' });
  await project.refuse('validation_failed', 'POST', 'batch', { operations: [many, many] });
  const results = await run(
    project,
    Array.from({ length: 1_000 }, () => one),
  );
  assert.equal(results.length, 1_000);
  assert.equal(project.shell('SELECT count(*) FROM people;'), '1000');
});

test('a token has the same permissions in a batch as in single requests', async () => {
  await using server = await borrowTestServer();
  const token = await server.createProject('crm');
  for (const name of ['a', 'b']) {
    const json = { table_name: name, columns: [{ column_name: 'x' }] };
    assert.equal((await server.call('POST', '/projects/crm/table', { token, json })).status, 201);
  }
  const tokenOf = async (grant: unknown) => {
    const json = { revoke_previous: false, ...(grant as object) };
    const { body } = await server.call('POST', '/projects/crm/auth/tokens', { token, json });
    return String(body.data.token.token);
  };
  const batch = async (as: string, operations: readonly unknown[], key?: string) => {
    const headers = key === undefined ? {} : { 'idempotency-key': key };
    return server.call('POST', '/projects/crm/batch', { token: as, headers, json: { operations } });
  };
  const onlyA = await tokenOf({ tables: ['a'] });
  const both = [post('/records/a', { x: 1 }), post('/records/b', { x: 1 })];
  assert.equal((await batch(token, both, 'k')).status, 200);
  for (const key of ['k', undefined]) {
    const { body } = await batch(onlyA, both, key);
    assert.equal(body.error?.code, 'permission_denied');
    assert.deepEqual(
      body.error.details?.map(({ field }) => field),
      ['body.operations[1]'],
    );
  }
  const onlyWrites = await tokenOf({ scopes: ['records:write'] });
  const reading = await batch(onlyWrites, [
    post('/records/a', { x: 2 }),
    { method: 'GET', path: '/records/a/1' },
  ]);
  assert.equal(reading.body.error?.code, 'permission_denied');
  const again = await batch(token, both, 'k');
  assert.equal(again.headers.get('idempotency-replayed'), 'true');
  const { body } = await server.call('GET', '/projects/crm/records/a', { token });
  assert.equal(body.data.returned, 1);
});
