import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { borrowTestServer } from '../../testing/http/borrowed-server.ts';
import { type Answer, fieldsAtFault, type TestServer } from '../../testing/http/test-server.ts';

const RECORDS = '/projects/crm/records/contacts';

let server: TestServer;
let token: string;

function call(method: string, path: string, json?: unknown): Promise<Answer> {
  return server.call(method, path, { token, ...(json !== undefined && { json }) });
}

async function refuse(code: string, method: string, path: string, json?: unknown): Promise<Answer> {
  const answer = await call(method, path, json);
  assert.equal(answer.body.error?.code, code, `${method} ${path} ${JSON.stringify(json)}`);
  return answer;
}

/** The keys that a client of the documented product reads, in order. */
function keysOf(answer: Answer): readonly string[] {
  return Object.keys(answer.body.data);
}

async function rows(query = ''): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const listed = await call('GET', `${RECORDS}${query}`);
  assert.equal(listed.status, 200, JSON.stringify(listed.body.error));
  return listed.body.data.rows;
}

before(async () => {
  server = await borrowTestServer();
  token = await server.createProject('crm');
  const made = await call('POST', '/projects/crm/table', {
    table_name: 'contacts',
    columns: [
      { column_name: 'email', is_nullable: false, is_unique: true },
      { column_name: 'status', default_value: 'new' },
      { column_name: 'owner_id', column_type: 'INTEGER' },
    ],
  });
  assert.equal(made.status, 201);
});
after(() => server[Symbol.asyncDispose]());

describe('one record', () => {
  test('is stored from a row object, plain or in `data`, with its defaults, and returned as stored', async () => {
    const plain = await call('POST', RECORDS, { email: 'ada@example.com', owner_id: 42 });
    assert.equal(plain.status, 201);
    assert.deepEqual(keysOf(plain), ['table', 'row']);
    assert.deepEqual(plain.body.data, {
      table: 'contacts',
      row: { id: 1, email: 'ada@example.com', status: 'new', owner_id: 42 },
    });
    const wrapped = await call('POST', RECORDS, { data: { email: 'bob@example.com', status: null } });
    assert.deepEqual(wrapped.body.data.row, {
      id: 2,
      email: 'bob@example.com',
      status: null,
      owner_id: null,
    });
  });

  test('is read by its id, with the name of the table in any case or the table’s id', async () => {
    for (const path of [RECORDS, '/projects/CRM/records/CONTACTS', '/projects/crm/records/1']) {
      const found = await call('GET', `${path}/1`);
      assert.deepEqual(found.body.data, {
        table: 'contacts',
        row: { id: 1, email: 'ada@example.com', status: 'new', owner_id: 42 },
      });
    }
  });

  test('is changed only in the columns of the patch, plain or in `data`', async () => {
    const plain = await call('PATCH', `${RECORDS}/1`, { status: 'active' });
    assert.deepEqual(plain.body.data, {
      table: 'contacts',
      row: { id: 1, email: 'ada@example.com', status: 'active', owner_id: 42 },
    });
    const wrapped = await call('PATCH', `${RECORDS}/1`, { data: { owner_id: null } });
    assert.equal(wrapped.body.data.row.owner_id, null);
    assert.equal(wrapped.body.data.row.status, 'active');
  });

  test('has a new id after its id was changed', async () => {
    const moved = await call('PATCH', `${RECORDS}/2`, { id: 20 });
    assert.equal(moved.body.data.row.id, 20);
    await refuse('not_found', 'GET', `${RECORDS}/2`);
    assert.equal((await call('GET', `${RECORDS}/20`)).body.data.row.email, 'bob@example.com');
  });

  test('is deleted once; the answer has the id from the path as a string', async () => {
    const deleted = await call('DELETE', `${RECORDS}/20`);
    assert.deepEqual(deleted.body.data, { deleted: true, table: 'contacts', id: '20' });
    await refuse('not_found', 'DELETE', `${RECORDS}/20`);
  });

  test('is not_found for an unknown or invalid id', async () => {
    for (const id of [
      '99',
      '0',
      '-1',
      '1.0',
      '01x',
      ' 1',
      '1,2',
      'ada',
      '%00',
      '9223372036854775808',
      '😀',
    ]) {
      await refuse('not_found', 'GET', `${RECORDS}/${encodeURIComponent(id)}`);
      await refuse('not_found', 'PATCH', `${RECORDS}/${encodeURIComponent(id)}`, { status: 'x' });
      await refuse('not_found', 'DELETE', `${RECORDS}/${encodeURIComponent(id)}`);
    }
  });
});

describe('many records', () => {
  test('are stored together, and returned in order', async () => {
    const stored = await call('POST', RECORDS, {
      rows: [{ email: 'c@x' }, { email: 'd@x', owner_id: 7 }, { status: 's', email: 'e@x' }],
    });
    assert.equal(stored.status, 201);
    assert.deepEqual(keysOf(stored), ['table', 'created', 'rows']);
    assert.equal(stored.body.data.created, 3);
    assert.deepEqual(
      stored.body.data.rows.map((row: { email: string }) => row.email),
      ['c@x', 'd@x', 'e@x'],
    );
  });

  test('are stored without being returned on request', async () => {
    const stored = await call('POST', RECORDS, { rows: [{ email: 'f@x' }], return: 'none' });
    assert.deepEqual(stored.body.data, { table: 'contacts', created: 1 });
  });

  test('are not stored if one of them is invalid', async () => {
    const stored = await rows();
    const refused = await refuse('constraint_violation', 'POST', RECORDS, {
      rows: [{ email: 'g@x' }, { email: 'h@x' }, { email: 'g@x' }],
    });
    assert.deepEqual(fieldsAtFault(refused), ['body.rows[2].email']);
    assert.deepEqual(await rows(), stored);
  });

  test('are changed and deleted by a filter, in both of its forms', async () => {
    const changed = await call('PATCH', RECORDS, {
      data: { status: 'old' },
      where: [{ column: 'email', op: 'in', value: ['c@x', 'd@x'] }],
    });
    assert.deepEqual(changed.body.data, { table: 'contacts', affected_rows: 2 });
    const deleted = await call('DELETE', RECORDS, { where: { status: 'old' } });
    assert.deepEqual(deleted.body.data, { table: 'contacts', affected_rows: 2 });
    assert.equal((await rows('?filters={"status":"old"}')).length, 0);
  });

  test('are all changed or deleted only with allow_all', async () => {
    const stored = await rows();
    for (const where of [undefined, {}, []]) {
      for (const json of [
        { where, data: { status: 'x' } },
        { where, data: { status: 'x' }, allow_all: 'no' },
      ]) {
        const refused = await refuse('validation_failed', 'PATCH', RECORDS, json);
        assert.deepEqual(fieldsAtFault(refused), ['body.where']);
      }
      assert.deepEqual(fieldsAtFault(await refuse('validation_failed', 'DELETE', RECORDS, { where })), [
        'body.where',
      ]);
    }
    assert.deepEqual(await rows(), stored);
    const all = await call('PATCH', RECORDS, { data: { status: 'x' }, allow_all: true });
    assert.equal(all.body.data.affected_rows, stored.length);
  });
});

describe('an upsert', () => {
  test('changes an existing row, leaves it, or stores a new one, and reports which', async () => {
    const onConflict = { columns: ['email'], action: 'update' };
    const made = await call('POST', RECORDS, { email: 'u@x', status: 'one', on_conflict: onConflict });
    assert.equal(made.status, 201);
    const changed = await call('POST', RECORDS, {
      data: { email: 'u@x', status: 'two' },
      on_conflict: onConflict,
    });
    assert.equal(changed.status, 200);
    assert.deepEqual(changed.body.data.row, { ...made.body.data.row, status: 'two' });
    const left = await call('POST', RECORDS, {
      email: 'u@x',
      status: 'three',
      on_conflict: { columns: ['EMAIL'], action: 'ignore' },
    });
    assert.equal(left.status, 200);
    assert.deepEqual(left.body.data.row, changed.body.data.row);
    const many = await call('POST', RECORDS, {
      rows: [{ email: 'u@x', status: 'four' }, { email: 'v@x' }],
      on_conflict: onConflict,
    });
    assert.deepEqual(keysOf(many), ['table', 'created', 'updated', 'ignored', 'rows']);
    assert.deepEqual([many.body.data.created, many.body.data.updated, many.body.data.ignored], [1, 1, 0]);
  });

  test('by columns that are not unique is refused', async () => {
    for (const [onConflict, field] of [
      [{ columns: ['status'], action: 'update' }, 'body.on_conflict.columns'],
      [{ columns: ['email', 'status'], action: 'update' }, 'body.on_conflict.columns'],
      [{ columns: ['zzz'], action: 'update' }, 'body.on_conflict.columns[0]'],
      [{ columns: [], action: 'update' }, 'body.on_conflict.columns'],
      [{ columns: 'email', action: 'update' }, 'body.on_conflict.columns'],
      [{ columns: ['email'], action: 'replace' }, 'body.on_conflict.action'],
      [{ columns: ['email'] }, 'body.on_conflict.action'],
      [{ columns: ['email'], action: 'update', where: 1 }, 'body.on_conflict.where'],
    ] as const) {
      const refused = await refuse('validation_failed', 'POST', RECORDS, {
        email: 'w@x',
        on_conflict: onConflict,
      });
      assert.deepEqual(fieldsAtFault(refused), [field]);
    }
  });
});

describe('an invalid body', () => {
  const cases: readonly (readonly [method: string, path: string, json: unknown, field: string])[] = [
    ['POST', RECORDS, { emial: 'x' }, 'body.emial'],
    ['POST', RECORDS, { email: 'x', 'a\0b': 1 }, 'body.a\0b'],
    ['POST', RECORDS, { email: ['x'] }, 'body.email'],
    ['POST', RECORDS, { email: { a: 1 } }, 'body.email'],
    ['POST', RECORDS, { email: 'x', EMAIL: 'y' }, 'body.EMAIL'],
    ['POST', RECORDS, { email: '\ud800' }, 'body.email'],
    ['POST', RECORDS, { email: 'x', owner_id: '9223372036854775808' }, 'body.owner_id'],
    ['POST', RECORDS, { data: { emial: 'x' } }, 'body.data.emial'],
    ['POST', RECORDS, { data: { email: 'x' }, extra: 1 }, 'body.extra'],
    ['POST', RECORDS, { rows: [] }, 'body.rows'],
    ['POST', RECORDS, { rows: [{ email: 'x' }, 7] }, 'body.rows[1]'],
    ['POST', RECORDS, { rows: [{ email: 'x' }, { emial: 'y' }] }, 'body.rows[1].emial'],
    ['POST', RECORDS, { rows: [{ email: 'x' }], return: 'all' }, 'body.return'],
    ['POST', RECORDS, { rows: [{ email: 'x' }], extra: 1 }, 'body.extra'],
    ['POST', RECORDS, { rows: Array.from({ length: 10_001 }, () => ({})) }, 'body.rows'],
    ['PATCH', `${RECORDS}/1`, {}, 'body'],
    ['PATCH', `${RECORDS}/1`, { data: {} }, 'body.data'],
    ['PATCH', `${RECORDS}/1`, { colour: 1 }, 'body.colour'],
    ['PATCH', RECORDS, { where: { id: 1 } }, 'body.data'],
    ['PATCH', RECORDS, { data: {}, where: { id: 1 } }, 'body.data'],
    ['PATCH', RECORDS, { data: { colour: 1 }, where: { id: 1 } }, 'body.data.colour'],
    ['PATCH', RECORDS, { data: { status: 'x' }, where: 'id = 1' }, 'body.where'],
    ['PATCH', RECORDS, { data: { status: 'x' }, where: { colour: 1 } }, 'body.where.colour'],
    ['DELETE', RECORDS, { where: [{ column: 'id', op: '~', value: 1 }] }, 'body.where[0].op'],
    ['DELETE', RECORDS, { where: { id: 1 }, all: true }, 'body.all'],
  ];
  for (const [method, path, json, field] of cases) {
    test(`${method} ${JSON.stringify(json).slice(0, 70)} names ${JSON.stringify(field)}`, async () => {
      assert.deepEqual(fieldsAtFault(await refuse('validation_failed', method, path, json)), [field]);
    });
  }
});

test('a table that does not exist, or that belongs to the service, is not_found', async () => {
  for (const table of ['nobody', '99', '_rowhouse_tables', 'sqlite_schema', 'sqlite_sequence', '%00', '']) {
    await refuse('not_found', 'GET', `/projects/crm/records/${table}`);
    await refuse('not_found', 'GET', `/projects/crm/records/${table}/1`);
  }
});

test('a token limited to tables reads and writes their records only, by name or id', async () => {
  await call('POST', '/projects/crm/table', { table_name: 'secrets' });
  const made = await call('POST', '/projects/crm/auth/tokens', {
    tables: ['Contacts'],
    revoke_previous: false,
  });
  const limited = { token: String(made.body.data.token.token) };
  for (const table of ['contacts', 'CONTACTS', '1']) {
    assert.equal((await server.call('GET', `/projects/crm/records/${table}`, limited)).status, 200);
    assert.equal((await server.call('GET', `/projects/crm/records/${table}/1`, limited)).status, 200);
  }
  for (const table of ['secrets', '2', 'nobody']) {
    for (const path of [`/projects/crm/records/${table}`, `/projects/crm/records/${table}/1`]) {
      const refused = await server.call('GET', path, limited);
      assert.equal(refused.body.error?.code, 'permission_denied', path);
    }
    const refused = await server.call('POST', `/projects/crm/records/${table}`, { ...limited, json: {} });
    assert.equal(refused.body.error?.code, 'permission_denied');
  }
});

test('for the admin credential, records of a project that does not exist are not_found', async () => {
  const refused = await server.call('GET', '/projects/nowhere/records/contacts');
  assert.equal(refused.body.error?.code, 'not_found');
});
