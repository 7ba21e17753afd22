import assert from 'node:assert/strict';
import { after, describe } from 'node:test';

import type { Data } from './answer.ts';
import { documented, IN_GIVEN_PROJECT, ours } from './contract.ts';
import { openService } from './tested-service.ts';
import { MISSING, refusesEach } from './wrong-fields.ts';

const service = await openService();
after(() => service.close());
const { accept, refuse } = service;

const asAdmin = { token: service.admin };
const needs = { needs: 'projects' } as const;
const user = { username: 'ada', password: 'correct horse battery' };

/** With a column in each spelling of its fields. */
const contacts = {
  table_name: 'contacts',
  display_name: 'Contacts',
  columns: [
    { column_name: 'code', column_type: 'INTEGER', is_primary: true },
    { column_name: 'email', column_type: 'text', is_unique: true, is_nullable: false },
    { name: 'city', type: 'TEXT', unique: false, nullable: true, default: 'Bonn' },
    { name: 'age', type: 'INTEGER', default: 18 },
  ],
  seed: [
    { code: 1, email: 'ada@example.com' },
    { code: 2, email: 'bob@example.com', city: 'Ulm', age: 40 },
  ],
  indexes: [{ columns: ['city'] }],
};

interface NewProject {
  readonly project_slug: string;
  readonly project_name: string;
  readonly initial_project_user: typeof user;
}

function newProject(fields: object = {}): NewProject {
  return {
    project_slug: service.newSlug(),
    project_name: 'Example CRM',
    initial_project_user: user,
    ...fields,
  };
}

describe('POST /bootstrap', () => {
  documented(
    'gives a table without columns the default primary key',
    async () => {
      const project = newProject({ tables: [{ table_name: 'empty' }, { table_name: 'none', columns: [] }] });
      const data = await accept(201, 'POST', '/bootstrap', project, asAdmin);
      for (const { table_name } of data.tables) {
        const path = `/projects/${project.project_slug}/table/${table_name}`;
        const { columns } = await accept(200, 'GET', path, undefined, asAdmin);
        assert.deepEqual(
          columns.map(({ column_name, column_type, is_primary }: Data) => [
            column_name,
            column_type,
            is_primary,
          ]),
          [['id', 'INTEGER', 1]],
        );
      }
    },
    needs,
  );

  documented(
    'creates a project with its tables, rows and indexes, with a project token or the admin credential',
    async () => {
      for (const token of [service.token, service.admin]) {
        const index = {
          table_name: 'contacts',
          columns: ['age', 'email'],
          index_name: 'by_age',
          unique: true,
        };
        const project = newProject({
          tables: [contacts, { table_name: 'notes', columns: [{ name: 'text' }] }],
          indexes: [index],
        });
        const data = await accept(201, 'POST', '/bootstrap', project, { token });
        assert.equal(data.project.project_slug, project.project_slug);
        const home = `/projects/${project.project_slug}`;
        const page = await accept(200, 'GET', `${home}/records/contacts`, undefined, asAdmin);
        assert.deepEqual(page.rows, [
          { code: 1, email: 'ada@example.com', city: 'Bonn', age: 18 },
          { code: 2, email: 'bob@example.com', city: 'Ulm', age: 40 },
        ]);
        const details = await accept(200, 'GET', `${home}/table/contacts`, undefined, asAdmin);
        assert.deepEqual(details.columns.map(flagsOf), [
          ['code', 'INTEGER', 1, 1, null],
          ['email', 'TEXT', 0, 1, null],
          ['city', 'TEXT', 0, 0, 'Bonn'],
          ['age', 'INTEGER', 0, 0, 18],
        ]);
        const { indexes } = await accept(200, 'GET', `${home}/indexes/contacts`, undefined, asAdmin);
        const managed = indexes.filter((made: Data) => made.managed);
        assert.deepEqual(
          managed.map(({ name, unique, columns }: Data) => [name, unique, columns]),
          [
            ['by_age', true, ['age', 'email']],
            ['idx_contacts_city', false, ['city']],
          ],
        );
        const notes = await accept(200, 'GET', `${home}/column/notes`, undefined, asAdmin);
        assert.equal(notes.columns[0].column_name, 'id', 'the primary key that is put first');
      }
    },
    needs,
  );

  ours(
    'returns the project, its tables with row counts, its indexes, and each token once',
    async () => {
      const { slug } = await service.createProject();
      const { token } = await accept(201, 'POST', `/projects/${slug}/auth/tokens`, {}, asAdmin);
      const wanted = {
        account_user_id: token.account_user_id,
        token_name: 'production',
        project_username: 'ada',
      };
      const project = newProject({ tables: [contacts], project_api_tokens: [wanted] });
      const data = await accept(201, 'POST', '/bootstrap', project, { token: token.token });
      assert.deepEqual(Object.keys(data), [
        'project',
        'initial_project_user',
        'tables',
        'indexes',
        'project_api_tokens',
      ]);
      assert.deepEqual(
        data.tables.map(({ table_name, row_count }: Data) => [table_name, row_count]),
        [['contacts', 2]],
      );
      assert.deepEqual(
        data.indexes.map(({ table_name, name }: Data) => [table_name, name]),
        [['contacts', 'idx_contacts_city']],
      );
      const [made] = data.project_api_tokens;
      assert.equal(made.token_name, 'production');
      assert.doesNotMatch(JSON.stringify(data), /correct horse/);
      const home = `/projects/${project.project_slug}`;
      await accept(200, 'GET', `${home}/records/contacts`, undefined, { token: made.token });
      const others = { token: token.token };
      await refuse('invalid_token', 'GET', `${home}/records/contacts`, undefined, others);
      const { tokens } = await accept(200, 'GET', `${home}/auth/tokens`, undefined, asAdmin);
      assert.doesNotMatch(JSON.stringify(tokens), /pat_/);
    },
    needs,
  );

  documented(
    'creates no project if anything fails',
    async () => {
      const faults: readonly object[] = [
        { tables: [{ ...contacts, seed: [...contacts.seed, { code: 1, email: 'again@example.com' }] }] },
        { tables: [contacts], indexes: [{ table_name: 'nobody', columns: ['a'] }] },
        { tables: [contacts], indexes: [{ table_name: 'contacts', columns: ['nothing'] }] },
        { tables: [contacts, contacts] },
        { tables: [contacts], project_api_tokens: [{ account_user_id: 999_999_999 }] },
      ];
      for (const fault of faults) {
        const project = newProject(fault);
        const { body } = await service.send('POST', '/bootstrap', project);
        assert.equal(body.ok, false, JSON.stringify(fault));
        await refuse('not_found', 'GET', `/projects/${project.project_slug}/tables`, undefined, asAdmin);
      }
    },
    needs,
  );

  ours(
    'is already_exists for an existing slug',
    async () => {
      const taken = newProject({ project_slug: service.slug });
      await refuse('already_exists', 'POST', '/bootstrap', taken);
    },
    needs,
  );

  if (!IN_GIVEN_PROJECT) {
    const index = { table_name: 'contacts', columns: ['city'] };
    const token = { account_user_id: 1, token_name: 'x', project_username: 'ada' };
    refusesEach(
      service,
      {
        method: 'POST',
        path: '/bootstrap',
        body: newProject({ tables: [contacts], indexes: [index], project_api_tokens: [token] }),
      },
      {
        'body.project_slug': [MISSING, '', 7, 'a b', 'x'.repeat(64)],
        'body.project_name': [' ', '\u2003\u00a0', MISSING, '', 7, 'x'.repeat(201)],
        'body.initial_project_user': [MISSING, 7, 'ada', null],
        'body.initial_project_user.username': [MISSING, '', 7, null],
        'body.initial_project_user.password': [MISSING, '', 'short', 7, null],
        'body.initial_project_user.colour': ['red'],
        'body.tables': [7, {}, null],
        'body.tables[0]': [7, null],
        'body.tables[0].table_name': ['', '1a', 7, 'x'.repeat(64)],
        'body.tables[0].display_name': ['', 7],
        'body.tables[0].columns': [7, {}],
        'body.tables[0].columns[2].type': ['VARCHAR', 7],
        'body.tables[0].columns[2].name': ['', '1a', 7],
        'body.tables[0].columns[2].colour': ['red'],
        'body.tables[0].seed': [7, {}],
        'body.tables[0].seed[1]': [7, 'row', null],
        'body.tables[0].seed[1].colour': ['red'],
        'body.tables[0].seed[1].email': [['a'], { a: 1 }],
        'body.tables[0].indexes': [7, {}],
        'body.tables[0].indexes[0].columns': [MISSING, [], 7],
        'body.indexes': [7, {}],
        'body.indexes[0].table_name': [MISSING, 7, 'nobody'],
        'body.indexes[0].columns': [MISSING, [], 7],
        'body.indexes[0].columns[0]': ['nothing', 7],
        'body.indexes[0].unique': [[], {}],
        'body.project_api_tokens': [7, {}],
        'body.project_api_tokens[0].account_user_id': [MISSING, 'x', 0, 999_999_999],
        'body.project_api_tokens[0].token_name': ['', 7],
        'body.project_api_tokens[0].project_username': ['nobody', 7],
        'body.colour': ['red'],
      },
    );
  }
});

function flagsOf({
  column_name,
  column_type,
  is_primary,
  is_unique,
  default_value,
}: Data): readonly unknown[] {
  return [column_name, column_type, is_primary, is_unique, default_value];
}
