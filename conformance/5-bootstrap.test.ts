import assert from 'node:assert/strict';
import { after, describe } from 'node:test';

import { assertKeys, type Data, TIMESTAMP } from './answer.ts';
import { documented, IN_GIVEN_PROJECT, ours } from './contract.ts';
import { openSubject } from './subject.ts';
import { MISSING, refusesEach } from './wrong-fields.ts';

const subject = await openSubject();
after(() => subject.close());
const { accept, refuse } = subject;

const asAdmin = { token: subject.admin };
const user = { username: 'ada', password: 'correct horse battery' };
const named = (slug: string) => ({
  project_slug: slug,
  project_name: 'Example CRM',
  initial_project_user: user,
});

const contacts = {
  table_name: 'contacts',
  display_name: 'Contacts',
  columns: [
    { column_name: 'email', column_type: 'TEXT', is_nullable: false, is_unique: true },
    { column_name: 'stage', column_type: 'TEXT', default_value: 'lead' },
  ],
  seed: [{ email: 'ada@example.org' }, { email: 'mei@example.org', stage: 'customer' }],
};

const notes = {
  table_name: 'notes',
  columns: [
    { name: 'code', type: 'text', primary: true },
    { name: 'rank', type: 'integer', nullable: false, unique: true, default: 1 },
  ],
};

/** The columns of a table, as far as a bootstrap says what they are. */
async function columnsOf(home: string, table: string): Promise<readonly unknown[]> {
  const { columns } = await accept(200, 'GET', `${home}/table/${table}`, undefined, asAdmin);
  return columns.map((column: Data) => {
    const { column_name, column_type, is_nullable, default_value, is_primary, is_unique } = column;
    return [column_name, column_type, is_nullable, default_value, is_primary, is_unique];
  });
}

describe('POST /bootstrap', () => {
  documented(
    'makes a project with tables, rows and indexes; each field of a column goes by both of its names',
    async () => {
      const slug = subject.newSlug();
      const indexes = [{ table_name: 'contacts', columns: ['stage'], index_name: 'by_stage' }];
      const asked = { ...named(slug), tables: [contacts, notes], indexes };
      const { project } = await accept(201, 'POST', '/bootstrap', asked, asAdmin);
      assertKeys(project, ['id', 'project_slug', 'project_name', 'created_at', 'updated_at']);
      assert.equal(project.project_slug, slug);

      const home = `/projects/${slug}`;
      assert.deepEqual(await columnsOf(home, 'contacts'), [
        ['id', 'INTEGER', 0, null, 1, 1],
        ['email', 'TEXT', 0, null, 0, 1],
        ['stage', 'TEXT', 1, 'lead', 0, 0],
      ]);
      assert.deepEqual(await columnsOf(home, 'notes'), [
        ['code', 'TEXT', 0, null, 1, 1],
        ['rank', 'INTEGER', 0, 1, 0, 1],
      ]);
      const { rows } = await accept(200, 'GET', `${home}/records/contacts`, undefined, asAdmin);
      assert.deepEqual(rows, [
        { id: 1, email: 'ada@example.org', stage: 'lead' },
        { id: 2, email: 'mei@example.org', stage: 'customer' },
      ]);
      const listed = await accept(200, 'GET', `${home}/indexes/contacts`, undefined, asAdmin);
      assert.ok(listed.indexes.some(({ name }: Data) => name === 'by_stage'));
    },
    { needs: 'projects' },
  );

  ours(
    'answers with the user, the tables with their rows counted, the indexes, and each token once',
    async () => {
      const owner = await subject.createProject();
      const listed = await accept(200, 'GET', `/projects/${owner.slug}/auth/tokens`, undefined, owner);
      const [{ account_user_id }] = listed.tokens;
      const slug = subject.newSlug();
      const tokens = [{ account_user_id, token_name: 'production', project_username: 'ada' }];
      const asked = { ...named(slug), tables: [contacts, notes], project_api_tokens: tokens };
      // A project token may ask, too.
      const data = await accept(201, 'POST', '/bootstrap', asked, owner);
      assert.deepEqual(Object.keys(data), [
        'project',
        'initial_project_user',
        'tables',
        'indexes',
        'project_api_tokens',
      ]);
      assert.equal(data.initial_project_user.username, 'ada');
      assert.match(data.initial_project_user.created_at, TIMESTAMP);
      const counted = data.tables.map(({ table_name, row_count }: Data) => [table_name, row_count]);
      assert.deepEqual(counted, [
        ['contacts', 2],
        ['notes', 0],
      ]);
      const [made] = data.project_api_tokens;
      assert.deepEqual([made.token_name, made.project_username], ['production', 'ada']);
      await accept(200, 'GET', `/projects/${slug}/auth/me`, undefined, { token: made.token });
      await refuse('invalid_token', 'GET', `/projects/${slug}/auth/me`, undefined, owner);
    },
    { needs: 'projects' },
  );

  documented(
    'makes nothing where anything in it cannot be',
    async () => {
      const slug = subject.newSlug();
      const twice = { ...contacts, seed: [...contacts.seed, contacts.seed[0]] };
      const refused = await subject.send(
        'POST',
        '/bootstrap',
        { ...named(slug), tables: [notes, twice] },
        asAdmin,
      );
      assert.equal(refused.body.ok, false);
      await accept(201, 'POST', '/bootstrap', { ...named(slug), tables: [contacts] }, asAdmin);
    },
    { needs: 'projects' },
  );

  if (!IN_GIVEN_PROJECT) {
    const tables = [contacts, { ...notes, indexes: [{ columns: ['rank'] }] }];
    const indexes = [{ table_name: 'contacts', columns: ['stage'] }];
    const body = { ...named('refused'), tables, indexes };
    refusesEach(
      subject,
      { method: 'POST', path: '/bootstrap', body, options: asAdmin },
      {
        'body.project_slug': [MISSING, '', 7, null, 'a b', 'x'.repeat(64)],
        'body.project_name': [MISSING, '', 7, null, 'two\nlines'],
        'body.initial_project_user': [MISSING, null, 'ada', []],
        'body.initial_project_user.username': [MISSING, '', 7, 'a\nb', 'u'.repeat(201)],
        'body.initial_project_user.password': [MISSING, '', 'short', 7, 'a line end\n', 'p'.repeat(1_025)],
        'body.initial_project_user.email': ['ada@example.org'],
        'body.tables': [{}, 'contacts', null],
        'body.tables[0]': [null, 'contacts', []],
        'body.tables[0].table_name': [MISSING, '', 'a b', 'sqlite_x', 7],
        'body.tables[1].table_name': ['CONTACTS'],
        'body.tables[0].display_name': ['', 7, 'two\nlines'],
        'body.tables[0].columns': [MISSING, {}, null],
        'body.tables[0].columns[1].column_name': [MISSING, '', '1st', 'a b', 'EMAIL', 'id'],
        'body.tables[0].columns[1].column_type': ['JSON', '', 7],
        'body.tables[0].columns[1].default_value': [7, [], {}],
        'body.tables[0].columns[1].is_unique': [[], {}],
        'body.tables[0].columns[1].name': ['stage'],
        'body.tables[0].columns[1].size': [7],
        'body.tables[1].columns[0].name': ['', 'a b', 7],
        'body.tables[1].columns[1].type': ['JSON', 7],
        'body.tables[1].columns[1].default': ['one', 1.5, []],
        'body.tables[0].seed': [{}, 'rows', null],
        'body.tables[0].seed[1]': [null, 7, []],
        'body.tables[0].seed[1].email': [[], {}],
        'body.tables[0].seed[1].phone': ['1'],
        'body.tables[1].indexes[0].columns': [MISSING, [], 'rank'],
        'body.tables[1].indexes[0].columns[0]': ['phone', 7],
        'body.tables[1].indexes[0].table_name': ['contacts', 7],
        'body.indexes': [{}, null],
        'body.indexes[0].table_name': [MISSING, 'orders', 7],
        'body.indexes[0].columns[0]': ['phone', 7],
        'body.indexes[0].index_name': ['', 'a b', 7],
        'body.project_api_tokens': [{}, null, 'x'],
        'body.colour': ['red'],
      },
    );
  }
});

describe('POST /projects/{p}/auth/login', () => {
  ours(
    'gives a token to whoever knows the password, and one answer to everybody else',
    async () => {
      const slug = subject.newSlug();
      await accept(201, 'POST', '/bootstrap', named(slug), asAdmin);
      const login = `/projects/${slug}/auth/login`;
      const nobody = { token: null };
      const { token } = await accept(201, 'POST', login, user, nobody);
      await accept(200, 'GET', `/projects/${slug}/auth/me`, undefined, { token: token.token });

      const refusals = [
        await refuse('invalid_credentials', 'POST', login, { ...user, password: 'wrong' }, nobody),
        await refuse('invalid_credentials', 'POST', login, { ...user, username: 'eve' }, nobody),
        await refuse('invalid_credentials', 'POST', `/projects/${slug}x/auth/login`, user, nobody),
      ];
      assert.equal(new Set(refusals.map(({ message }) => message)).size, 1);
    },
    { needs: 'projects' },
  );
});
