import assert from 'node:assert/strict';
import { scryptSync } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { PASSWORD_COST } from '../../passwords/passwords.ts';
import { borrowTestServer } from '../../testing/http/borrowed-server.ts';
import {
  type Answer,
  fieldsAtFault,
  startTestServer,
  type TestServer,
} from '../../testing/http/test-server.ts';
import { eventually } from '../../testing/system/waiting.ts';

const user = { username: 'ada', password: 'correct horse battery' };
const minimal = { project_slug: 'crm', project_name: 'CRM', initial_project_user: user };

const contacts = {
  table_name: 'contacts',
  display_name: 'Contacts',
  columns: [
    { column_name: 'email', column_type: 'TEXT', is_nullable: false, is_unique: true },
    { name: 'score', type: 'integer', nullable: true, default: 5 },
    { name: 'photo', type: 'BLOB' },
  ],
  seed: [
    { email: 'ada@example.org', score: 1 },
    { email: 'mei@example.org', score: '9223372036854775807', photo: 'AP8=' },
    { email: 'zoë@example.org' },
  ],
  indexes: [{ columns: ['score'], unique: true, index_name: 'by_score' }],
};

const notes = {
  table_name: 'Notes',
  columns: [
    { name: 'code', type: 'TEXT', primary: 'yes' },
    { column_name: 'body', column_type: 'any' },
  ],
};

async function bootstrap(server: TestServer, json: unknown, token?: string): Promise<Answer> {
  return server.call('POST', '/bootstrap', { json, ...(token !== undefined && { token }) });
}

test('one call creates a whole project: tables, rows, indexes, a user and tokens', async () => {
  await using server = await borrowTestServer();

  const { status, body } = await bootstrap(server, {
    ...minimal,
    project_slug: 'CRM',
    tables: [contacts, notes],
    indexes: [{ table_name: 'NOTES', columns: ['body'] }],
    project_api_tokens: [
      { account_user_id: 1, token_name: 'production', project_username: 'ada' },
      { account_user_id: 1 },
    ],
  });

  assert.equal(status, 201, JSON.stringify(body));
  const { project, initial_project_user, tables, indexes, project_api_tokens } = body.data;
  assert.deepEqual(Object.keys(body.data), [
    'project',
    'initial_project_user',
    'tables',
    'indexes',
    'project_api_tokens',
  ]);
  assert.equal(project.project_slug, 'crm');
  assert.deepEqual(Object.keys(initial_project_user), ['username', 'account_user_id', 'created_at']);
  assert.deepEqual(
    tables.map(({ id, table_name, display_name, row_count }: Readonly<Record<string, unknown>>) => {
      return [id, table_name, display_name, row_count];
    }),
    [
      [1, 'contacts', 'Contacts', 3],
      [2, 'Notes', null, 0],
    ],
  );
  const made = { origin: 'c', partial: false, managed: true };
  assert.deepEqual(indexes, [
    { table_name: 'contacts', name: 'by_score', unique: true, ...made, columns: ['score'] },
    { table_name: 'Notes', name: 'idx_Notes_body', unique: false, ...made, columns: ['body'] },
  ]);
  const [named, plain] = project_api_tokens;
  assert.equal(named.token_name, 'production');
  assert.deepEqual([named.account_user_id, named.project_username], [1, 'ada']);
  assert.deepEqual([plain.token_name, plain.project_username], ['default', null]);
  for (const { token } of project_api_tokens) {
    assert.equal((await server.call('GET', '/projects/crm', { token })).status, 200);
  }
});

test('the created types, defaults, keys and values are exactly as requested', async () => {
  await using server = await borrowTestServer();
  await bootstrap(server, { ...minimal, tables: [contacts, notes] });

  const described = await server.call('GET', '/projects/crm/table/contacts');
  const columns = described.body.data.columns.map((column: Readonly<Record<string, unknown>>) => {
    const { column_name, column_type, is_nullable, default_value, is_primary, is_unique } = column;
    return [column_name, column_type, is_nullable, default_value, is_primary, is_unique];
  });
  assert.deepEqual(columns, [
    ['id', 'INTEGER', 0, null, 1, 1],
    ['email', 'TEXT', 0, null, 0, 1],
    ['score', 'INTEGER', 1, 5, 0, 1],
    ['photo', 'BLOB', 1, null, 0, 0],
  ]);
  const { rows } = (await server.call('GET', '/projects/crm/records/contacts')).body.data;
  assert.deepEqual(rows, [
    { id: 1, email: 'ada@example.org', score: 1, photo: null },
    { id: 2, email: 'mei@example.org', score: '9223372036854775807', photo: 'AP8=' },
    { id: 3, email: 'zoë@example.org', score: 5, photo: null },
  ]);
  const keyed = await server.call('GET', '/projects/crm/table/notes');
  assert.deepEqual(
    keyed.body.data.columns.map((column: { is_primary: number }) => column.is_primary),
    [1, 0],
  );
  const created = await server.call('POST', '/projects/crm/records/contacts', { json: { email: 'new@x' } });
  assert.equal(created.status, 409, 'the unique index on score is in force');
});

test('an integer beyond 2^53 that is not a string keeps its digits', async () => {
  await using server = await borrowTestServer();
  const text = JSON.stringify({ ...minimal, tables: [{ ...contacts, seed: [{ email: 'a', score: 0 }] }] });

  const { status } = await server.call('POST', '/bootstrap', {
    body: text.replace('"score":0', '"score":9007199254740993'),
    headers: { 'content-type': 'application/json' },
  });
  assert.equal(status, 201);
  const { rows } = (await server.call('GET', '/projects/crm/records/contacts')).body.data;
  assert.equal(rows[0].score, '9007199254740993');
});

test('with only a name and a user the project is empty, and survives a restart', async () => {
  await using server = await startTestServer();

  const { status, body } = await bootstrap(server, minimal);
  assert.equal(status, 201);
  assert.deepEqual([body.data.tables, body.data.indexes, body.data.project_api_tokens], [[], [], []]);
  await server.restart();
  assert.deepEqual((await server.call('GET', '/projects/crm/tables')).body.data.tables, []);
  assert.deepEqual(await readdir(join(server.dataDir, 'projects')), ['crm']);
});

test('an existing slug is refused, and its project is unchanged', async () => {
  await using server = await borrowTestServer();
  await bootstrap(server, { ...minimal, tables: [contacts] });

  const again = await bootstrap(server, { ...minimal, project_slug: 'Crm', tables: [notes] });
  assert.equal(again.status, 409);
  assert.equal(again.body.error?.code, 'already_exists');
  const { tables } = (await server.call('GET', '/projects/crm/tables')).body.data;
  assert.deepEqual(
    tables.map((table: { table_name: string }) => table.table_name),
    ['contacts'],
  );
});

const token = { account_user_id: 1 };
const [column] = notes.columns;

/** Additional parts of the request, the code of the error, and the fields that it names. */
const refusals: readonly (readonly [what: string, body: object, code: string, fields: readonly string[]])[] =
  [
    ['no slug', { project_slug: undefined }, 'validation_failed', ['body.project_slug']],
    ['no name', { project_name: undefined }, 'validation_failed', ['body.project_name']],
    ['no user', { initial_project_user: undefined }, 'validation_failed', ['body.initial_project_user']],
    [
      'a user without a password',
      { initial_project_user: { username: 'ada' } },
      'validation_failed',
      ['body.initial_project_user.password'],
    ],
    [
      'a short password',
      { initial_project_user: { username: 'ada', password: '1234567' } },
      'validation_failed',
      ['body.initial_project_user.password'],
    ],
    [
      'a long password',
      { initial_project_user: { username: 'ada', password: 'p'.repeat(1_025) } },
      'validation_failed',
      ['body.initial_project_user.password'],
    ],
    [
      'a password with a line end',
      { initial_project_user: { username: 'ada', password: 'correct horse\n' } },
      'validation_failed',
      ['body.initial_project_user.password'],
    ],
    [
      'a username with a NUL',
      { initial_project_user: { username: 'a\0b', password: user.password } },
      'validation_failed',
      ['body.initial_project_user.username'],
    ],
    [
      'half a surrogate pair',
      { initial_project_user: { username: '\ud800', password: user.password } },
      'validation_failed',
      ['body.initial_project_user.username'],
    ],
    ['an unknown field', { colour: 'red' }, 'validation_failed', ['body.colour']],
    ['tables that are no list', { tables: {} }, 'validation_failed', ['body.tables']],
    [
      'a table without a name',
      { tables: [contacts, { columns: [] }] },
      'validation_failed',
      ['body.tables[1].table_name'],
    ],
    [
      'a name of SQLite’s own',
      { tables: [{ ...notes, table_name: 'sqlite_x' }] },
      'validation_failed',
      ['body.tables[0].table_name'],
    ],
    [
      'two tables of one name',
      { tables: [contacts, { ...notes, table_name: 'CONTACTS' }] },
      'validation_failed',
      ['body.tables[1].table_name'],
    ],
    [
      'a column without a name',
      { tables: [contacts, { ...notes, columns: [column, { type: 'TEXT' }] }] },
      'validation_failed',
      ['body.tables[1].columns[1].column_name'],
    ],
    [
      'an unknown type in the long spelling',
      { tables: [contacts, { ...notes, columns: [{ column_name: 'a', column_type: 'JSON' }] }] },
      'validation_failed',
      ['body.tables[1].columns[0].column_type'],
    ],
    [
      'an unknown type in the short spelling',
      { tables: [{ ...notes, columns: [{ name: 'a', type: 'JSON' }] }] },
      'validation_failed',
      ['body.tables[0].columns[0].type'],
    ],
    [
      'a field in both spellings',
      { tables: [{ ...notes, columns: [{ name: 'a', is_unique: true, unique: true }] }] },
      'validation_failed',
      ['body.tables[0].columns[0].unique'],
    ],
    [
      'a name in both spellings',
      { tables: [{ ...notes, columns: [{ name: 'a', column_name: 'a' }] }] },
      'validation_failed',
      ['body.tables[0].columns[0].name'],
    ],
    [
      'two columns of one name, the second spelled short',
      { tables: [{ ...notes, columns: [{ column_name: 'a' }, { name: 'A' }] }] },
      'validation_failed',
      ['body.tables[0].columns[1].name'],
    ],
    [
      'a default of another type, spelled short',
      { tables: [{ ...notes, columns: [{ name: 'a', type: 'INTEGER', default: 'x' }] }] },
      'validation_failed',
      ['body.tables[0].columns[0].default'],
    ],
    [
      'a default of another type, spelled long',
      { tables: [{ ...notes, columns: [{ name: 'a', type: 'INTEGER', default_value: 'x' }] }] },
      'validation_failed',
      ['body.tables[0].columns[0].default_value'],
    ],
    [
      'a seed that is no row',
      { tables: [{ ...notes, seed: [7] }] },
      'validation_failed',
      ['body.tables[0].seed[0]'],
    ],
    [
      'a seed with a column that is not there',
      { tables: [{ ...contacts, seed: [...contacts.seed, { colour: 'red' }] }] },
      'validation_failed',
      ['body.tables[0].seed[3].colour'],
    ],
    [
      'a seed with a nested value',
      { tables: [{ ...contacts, seed: [{ email: { at: 'x' } }] }] },
      'validation_failed',
      ['body.tables[0].seed[0].email'],
    ],
    [
      'a seed with a value of another type',
      { tables: [{ ...contacts, seed: [{ email: 'a', score: 'many' }] }] },
      'constraint_violation',
      ['body.tables[0].seed[0].score'],
    ],
    [
      'a seed without a value that is needed',
      { tables: [notes, { ...contacts, seed: [{ email: 'a', score: 1 }, { score: 2 }] }] },
      'constraint_violation',
      ['body.tables[1].seed[1].email'],
    ],
    [
      'a seed that stands twice',
      { tables: [{ ...contacts, seed: [...contacts.seed, { email: 'ada@example.org' }] }] },
      'constraint_violation',
      ['body.tables[0].seed[3].email'],
    ],
    [
      'a seed that a unique index finds twice',
      { tables: [{ ...contacts, seed: [{ email: 'a' }, { email: 'b' }] }] },
      'constraint_violation',
      ['body.tables[0].indexes[0]'],
    ],
    [
      'an index on no column of the table',
      { tables: [contacts, notes], indexes: [{ table_name: 'notes', columns: ['code', 'score'] }] },
      'validation_failed',
      ['body.indexes[0].columns[1]'],
    ],
    [
      'an index of a table on no column of it',
      { tables: [{ ...notes, indexes: [{ columns: ['x'] }] }] },
      'validation_failed',
      ['body.tables[0].indexes[0].columns[0]'],
    ],
    [
      'an index without a table',
      { tables: [notes], indexes: [{ table_name: 'contacts', columns: ['email'] }] },
      'validation_failed',
      ['body.indexes[0].table_name'],
    ],
    [
      'an index that lies in one table and names another',
      { tables: [contacts, { ...notes, indexes: [{ table_name: 'contacts', columns: ['code'] }] }] },
      'validation_failed',
      ['body.tables[1].indexes[0].table_name'],
    ],
    [
      'two indexes of one name',
      {
        tables: [contacts],
        indexes: [{ table_name: 'contacts', columns: ['photo'], index_name: 'BY_SCORE' }],
      },
      'already_exists',
      ['body.indexes[0]'],
    ],
    [
      'a token of nobody',
      { tables: [contacts], project_api_tokens: [token, { account_user_id: 999 }] },
      'validation_failed',
      ['body.project_api_tokens[1].account_user_id'],
    ],
    [
      'a token without a user',
      { project_api_tokens: [{}] },
      'validation_failed',
      ['body.project_api_tokens[0].account_user_id'],
    ],
    [
      'a token of a user of the project who is not there',
      { project_api_tokens: [{ ...token, project_username: 'eve' }] },
      'validation_failed',
      ['body.project_api_tokens[0].project_username'],
    ],
  ];

describe('an invalid request is refused with the place of the error, and nothing is created', () => {
  let server: TestServer;
  before(async () => {
    server = await borrowTestServer();
  });
  after(async () => {
    assert.equal((await bootstrap(server, minimal)).status, 201, 'the slug is free');
    await server[Symbol.asyncDispose]();
  });

  for (const [what, body, code, fields] of refusals) {
    test(`${what}: ${code} ${fields.join(', ')}`, async () => {
      const refused = await bootstrap(server, { ...minimal, ...body });
      assert.equal(refused.body.error?.code, code, JSON.stringify(refused.body));
      assert.deepEqual(fieldsAtFault(refused), fields);
      assert.ok(!JSON.stringify(refused.body).includes(user.password));
      assert.equal((await server.call('GET', '/projects/crm')).body.error?.code, 'not_found');
      assert.deepEqual(await readdir(join(server.dataDir, 'projects')), []);
    });
  }
});

const many = <Value>(count: number, make: (number: number) => Value): readonly Value[] => {
  return Array.from({ length: count }, (_, number) => make(number));
};
const table = (number: number) => ({ table_name: `t${number}`, columns: [] });
const small = { table_name: 't', columns: [{ name: 'a' }] };

/** A request at the limit, one beyond it, and the field that then exceeds it. */
const limits: readonly (readonly [
  what: string,
  make: (count: number) => object,
  limit: number,
  field: string,
])[] = [
  ['tables', (count) => ({ tables: many(count, table) }), 200, 'body.tables'],
  [
    'columns of a table',
    (count) => ({ tables: [{ ...small, columns: many(count, (number) => ({ name: `c${number}` })) }] }),
    1_000,
    'body.tables[0].columns',
  ],
  [
    'rows of a table',
    (count) => ({ tables: [{ ...small, seed: many(count, (number) => ({ a: `${number}` })) }] }),
    10_000,
    'body.tables[0].seed',
  ],
  [
    'indexes of a table',
    (count) => ({
      tables: [
        { ...small, indexes: many(count, (number) => ({ columns: ['a'], index_name: `i${number}` })) },
      ],
    }),
    100,
    'body.tables[0].indexes',
  ],
  [
    'indexes',
    (count) => ({
      tables: [small],
      indexes: many(count, (number) => ({ table_name: 't', columns: ['a'], index_name: `i${number}` })),
    }),
    500,
    'body.indexes',
  ],
  [
    'indexes of tables and others in all',
    (count) => ({
      tables: [
        ...many(49, (number) => ({
          ...small,
          table_name: `t${number}`,
          indexes: many(10, (each) => ({ columns: ['a'], index_name: `i${number}_${each}` })),
        })),
        small,
      ],
      indexes: many(count - 490, (number) => ({
        table_name: 't',
        columns: ['a'],
        index_name: `i${number}`,
      })),
    }),
    500,
    'body.indexes',
  ],
  ['tokens', (count) => ({ project_api_tokens: many(count, () => token) }), 100, 'body.project_api_tokens'],
];

describe('a bootstrap is limited to', () => {
  let server: TestServer;
  before(async () => {
    server = await borrowTestServer();
  });
  after(() => server[Symbol.asyncDispose]());

  for (const [number, [what, make, limit, field]] of limits.entries()) {
    test(`${limit} ${what}`, async () => {
      const fields = { ...minimal, project_slug: `project_${number}` };
      const refused = await bootstrap(server, { ...fields, ...make(limit + 1) });
      assert.equal(refused.status, 400);
      assert.deepEqual(fieldsAtFault(refused), [field]);
      const { status, body } = await bootstrap(server, { ...fields, ...make(limit) });
      assert.equal(status, 201, JSON.stringify(body.error));
    });
  }
});

function withTokenOf(account_user_id: number, slug = 'crm'): object {
  return { ...minimal, project_slug: slug, project_api_tokens: [{ account_user_id }] };
}

test('an existing slug is refused before the password is hashed', async () => {
  await using server = await startTestServer({}, { passwordCost: PASSWORD_COST });
  await server.createProject('crm');
  const begin = process.cpuUsage();
  for (let times = 0; times < 3; times++) {
    assert.equal((await bootstrap(server, minimal)).body.error?.code, 'already_exists');
  }
  const refusing = process.cpuUsage(begin).user;

  const start = process.cpuUsage();
  for (let times = 0; times < 3; times++) scryptSync('x', 'salt', 32, { N: 2 ** 15, p: 3, maxmem: 2 ** 26 });
  const hashing = process.cpuUsage(start).user;
  assert.ok(refusing < hashing / 2, `${refusing} µs against ${hashing} µs`);
});

test('a project token creates projects in its own account, even if other accounts have users', async () => {
  await using server = await startTestServer();
  const { body: acme } = await server.call('POST', '/accounts', { json: { account_name: 'Acme' } });
  const account_id = acme.data.account.id;
  await server.createProject('theirs');
  const json = { project_slug: 'ours', project_name: 'Ours', account_id };
  const ours = await server.call('POST', '/projects', { json });
  const { token: own, account_user_id } = ours.body.data.token;

  const foreign = await bootstrap(server, withTokenOf(1), own);
  const unknown = await bootstrap(server, withTokenOf(999), own);
  const made = await bootstrap(server, withTokenOf(account_user_id), own);
  assert.equal(made.status, 201);
  assert.equal(made.body.data.project_api_tokens[0].account_user_id, account_user_id);
  assert.deepEqual(foreign.body.error, unknown.body.error, 'who belongs to another account cannot be probed');
  assert.deepEqual(fieldsAtFault(foreign), ['body.project_api_tokens[0].account_user_id']);
  // The new project is in the same account, so its tokens can create projects there.
  const { token: newToken } = made.body.data.project_api_tokens[0];
  const next = await bootstrap(server, withTokenOf(account_user_id, 'third'), newToken);
  assert.equal(next.status, 201);
  const listed = await server.call('GET', `/projects?account_id=${account_id}`);
  const slugs = listed.body.data.projects.map((project: { project_slug: string }) => project.project_slug);
  assert.deepEqual(slugs, ['ours', 'crm', 'third']);

  // Only the admin and the users of an account name an account.
  const elsewhere = await bootstrap(server, { ...minimal, project_slug: 'fourth', account_id: 1 }, own);
  assert.equal(elsewhere.body.error?.code, 'permission_denied');
  const nowhere = await bootstrap(server, { ...minimal, project_slug: 'fourth', account_id: 99 });
  assert.deepEqual(fieldsAtFault(nowhere), ['body.account_id']);
});

test('the tokens of a bootstrap expire no later than the token that sent it', async () => {
  await using server = await startTestServer();
  const own = await server.createProject('shop');
  const expires_at = '2096-01-01T00:00:00Z';
  const json = { expires_at, revoke_previous: false };
  const { body } = await server.call('POST', '/projects/shop/auth/tokens', { token: own, json });
  const expiring = await bootstrap(server, withTokenOf(1, 'one'), body.data.token.token);
  const endless = await bootstrap(server, withTokenOf(1, 'two'), own);
  const expiries = [expiring, endless].map((answer) => answer.body.data.project_api_tokens[0].expires_at);
  assert.deepEqual(expiries, [expires_at, null]);
});

test('users of the same name in two projects are different users, so a name tells nothing about another project', async () => {
  await using server = await startTestServer();
  const own = await server.createProject('shop');
  const ids = [];
  for (const [slug, username] of [
    ['one', 'ada'],
    ['two', 'ada'],
    ['three', 'owner'],
  ]) {
    const named = { username, password: 'correct horse battery' };
    const answer = await bootstrap(
      server,
      { ...minimal, project_slug: slug, initial_project_user: named },
      own,
    );
    ids.push(answer.body.data.initial_project_user.account_user_id);
  }
  assert.deepEqual(ids, [2, 3, 4]);
});

test('of many concurrent bootstraps of one slug, one succeeds completely', async () => {
  await using server = await borrowTestServer();

  const answers = await Promise.all(many(10, () => bootstrap(server, { ...minimal, tables: [contacts] })));
  const statuses = answers.map(({ status }) => status);
  assert.equal(statuses.filter((status) => status === 201).length, 1);
  assert.equal(statuses.filter((status) => status === 409).length, 9);
  const { body } = await server.call('GET', '/projects/crm/tables?include_count=true');
  assert.equal(body.data.tables[0].row_count, 3);
});

const LONG: Readonly<Record<string, string>> = {
  name: 'column_name',
  type: 'column_type',
  primary: 'is_primary',
  nullable: 'is_nullable',
  default: 'default_value',
};

function inLongSpelling(fields: object): object {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [LONG[key] ?? key, value]));
}

test('a bootstrap creates exactly what the single calls create', async () => {
  await using server = await borrowTestServer();
  await bootstrap(server, { ...minimal, tables: [contacts, notes] });
  await server.createProject('singly');
  for (const { table_name, columns, ...others } of [contacts, notes]) {
    const { display_name = null } = 'display_name' in others ? others : {};
    const json = { table_name, display_name, columns: columns.map(inLongSpelling) };
    assert.equal((await server.call('POST', '/projects/singly/table', { json })).status, 201);
  }
  const rows = { rows: contacts.seed };
  assert.equal((await server.call('POST', '/projects/singly/records/contacts', { json: rows })).status, 201);
  const [index] = contacts.indexes;
  await server.call('POST', '/projects/singly/indexes/contacts', { json: index });

  const seenOf = async (slug: string) => {
    const { body } = await server.call('POST', `/projects/${slug}/export/schema`, {
      json: { format: 'sql' },
    });
    const schema = await server.fetch('GET', body.data.export.download_url);
    const records = await server.call('GET', `/projects/${slug}/records/contacts`);
    const tables = await server.call('GET', `/projects/${slug}/tables`);
    const named = tables.body.data.tables.map((entry: { id: number; display_name: string | null }) => {
      return [entry.id, entry.display_name];
    });
    return [await schema.text(), records.body.data, named];
  };
  assert.deepEqual(await seenOf('crm'), await seenOf('singly'));
});

test('if the token is revoked during its bootstrap, nothing is created', async () => {
  await using server = await borrowTestServer();
  const asking = await server.createProject('ours');
  const seed = many(5_000, (number) => ({ code: `${number}`, body: 'x'.repeat(500) }));
  const requested = bootstrap(server, { ...minimal, tables: [{ ...notes, seed }] }, asking);
  await eventually(() => existsSync(join(server.dataDir, 'projects', '.unfinished-crm')));
  await server.call('POST', '/projects/ours/auth/tokens');

  const refused = await requested;
  assert.equal(refused.body.error?.code, 'invalid_token');
  assert.equal((await server.call('GET', '/projects/crm')).body.error?.code, 'not_found');
  assert.deepEqual(await readdir(join(server.dataDir, 'projects')), ['ours']);
});
