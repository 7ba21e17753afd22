import assert from 'node:assert/strict';
import { after, describe } from 'node:test';

import type { Data } from './answer.ts';
import { documented, ours } from './contract.ts';
import { openService } from './tested-service.ts';

const service = await openService();
after(() => service.close());
const { path, send, accept, refuse } = service;

const contacts = service.tableName('contacts');
const notes = service.tableName('notes');
await accept(201, 'POST', `${path}/table`, {
  table_name: contacts,
  columns: [
    { column_name: 'email', is_unique: true, is_nullable: false },
    { column_name: 'age', column_type: 'INTEGER' },
  ],
});
await accept(201, 'POST', `${path}/records/${contacts}`, { email: 'ada@example.com' });

describe('401 missing_authorization', () => {
  documented('without a Bearer token, with WWW-Authenticate: Bearer', async () => {
    for (const authorization of [null, '', 'Basic YTpi', 'Bearer', 'Bearer ', service.token]) {
      const headers = authorization === null ? {} : { authorization };
      const {
        status,
        body,
        headers: answered,
      } = await send('GET', `${path}/auth/me`, undefined, {
        token: null,
        headers,
      });
      assert.equal(status, 401);
      assert.equal(body.error?.code, 'missing_authorization', JSON.stringify(authorization));
      assert.match(answered.get('www-authenticate') ?? '', /^Bearer\b/);
    }
  });
});

describe('401 invalid_token', () => {
  documented('for a malformed, mistyped or unknown token', async () => {
    const last = service.token.at(-1) === 'a' ? 'b' : 'a';
    const mistyped = service.token.slice(0, -1) + last;
    for (const token of ['x', 'pat_', 'pat_short', mistyped, `${service.token}x`, `pat_${'A'.repeat(42)}`]) {
      await refuse('invalid_token', 'GET', `${path}/auth/me`, undefined, { token });
    }
  });

  documented('for a project that does not exist, as for a token of another project', async () => {
    const refused = await refuse('invalid_token', 'GET', '/projects/no_such_project/auth/me');
    if (service.admin === null) return;
    const other = await service.createProject();
    const others = await refuse('invalid_token', 'GET', `/projects/${other.slug}/auth/me`);
    assert.deepEqual(others, refused);
  });
});

describe('403 permission_denied', () => {
  ours('for a project token on a route for the owner of the server', async () => {
    const project = { project_slug: service.newSlug(), project_name: 'x' };
    await refuse('permission_denied', 'POST', '/projects', project);
    await refuse('permission_denied', 'GET', '/projects');
  });
});

describe('404 not_found', () => {
  type Call = readonly [method: string, below: string, body?: object];
  const calls: readonly Call[] = [
    ['GET', '/nowhere'],
    ['GET', '/table/nobody'],
    ['GET', '/table/999999'],
    ['GET', '/records/nobody'],
    ['PATCH', `/records/${contacts}/999999`, { email: 'x' }],
    ['DELETE', `/records/${contacts}/999999`],
    ['GET', '/column/nobody'],
    ['GET', '/indexes/nobody'],
    ['POST', '/indexes/nobody', { columns: ['email'] }],
    ['DELETE', `/indexes/${contacts}/nobody`],
    ['DELETE', '/auth/tokens/999999999'],
    ['GET', '/export/download/exp_20260101_000000_0123456789'],
  ];
  const ourCalls: readonly Call[] = [
    ['GET', '/records/nobody/1'],
    ['POST', '/records/nobody', { email: 'x' }],
    ['GET', `/records/${contacts}/999999`],
    ['GET', `/records/${contacts}/nobody`],
    ['GET', `/column/${contacts}/nothing`],
    ['DELETE', '/table/nobody'],
  ];
  for (const [method, below, body] of [...calls, ...ourCalls]) {
    const tell = calls.some((call) => call[0] === method && call[1] === below) ? documented : ours;
    tell(`${method} ${below.replace(contacts, 'contacts')}`, async () => {
      await refuse('not_found', method, path + below, body);
    });
  }
});

documented('400 invalid_export_format has the documented message', async () => {
  const refused = await refuse('invalid_export_format', 'POST', `${path}/export/schema`, { format: 'yaml' });
  assert.equal(refused.message, 'format must be json or sql for schema exports.');
});

ours('400 invalid_json contains the line and the column', async () => {
  const options = { headers: { 'content-type': 'application/json' }, body: '{\n  "table_name": oops\n}' };
  const refused = await refuse('invalid_json', 'POST', `${path}/table`, undefined, options);
  assert.match(refused.message, /line 2, column 17/);
});

describe('409 already_exists', () => {
  ours('for a table, in any case of its name', async () => {
    for (const name of [contacts, contacts.toUpperCase()]) {
      await refuse('already_exists', 'POST', `${path}/table`, { table_name: name });
    }
  });

  ours('for an index', async () => {
    const index = { columns: ['age'], index_name: `idx_taken_${contacts}` };
    await accept(201, 'POST', `${path}/indexes/${contacts}`, index);
    await refuse('already_exists', 'POST', `${path}/indexes/${contacts}`, index);
  });

  ours(
    'for a project',
    async () => {
      const project = { project_slug: service.slug.toUpperCase(), project_name: 'Again' };
      await refuse('already_exists', 'POST', '/projects', project, { token: service.admin });
    },
    { needs: 'projects' },
  );
});

describe('409 constraint_violation names the column, and nothing changes', () => {
  const refusals: readonly (readonly [constraint: string, row: Data, field: string])[] = [
    ['UNIQUE', { email: 'ada@example.com' }, 'email'],
    ['the primary key', { id: 1, email: 'other@example.com' }, 'id'],
    ['NOT NULL', { email: null }, 'email'],
    ['NOT NULL, by leaving it out', { age: 1 }, 'email'],
    ['the type of a STRICT column', { email: 'c@example.com', age: 'forty' }, 'age'],
  ];
  for (const [constraint, row, field] of refusals) {
    ours(constraint, async () => {
      const fields = [`body.${field}`];
      const refused = await refuse('constraint_violation', 'POST', `${path}/records/${contacts}`, row, {
        fields,
      });
      assert.match(refused.message, new RegExp(field));
      const page = await accept(200, 'GET', `${path}/records/${contacts}`);
      assert.deepEqual(page.rows, [{ id: 1, email: 'ada@example.com', age: null }]);
    });
  }

  ours('FOREIGN KEY and CHECK', async () => {
    await accept(201, 'POST', `${path}/table`, {
      table_name: notes,
      columns: [
        { column_name: 'contact_id', column_type: 'INTEGER' },
        { column_name: 'stars', column_type: 'INTEGER' },
      ],
      foreign_keys: [{ columns: ['contact_id'], references_table: contacts }],
      checks: ['stars BETWEEN 1 AND 5'],
    });
    const notesPath = `${path}/records/${notes}`;
    const orphan = await refuse('constraint_violation', 'POST', notesPath, { contact_id: 999 });
    assert.match(orphan.message, /contact_id|foreign key/i);
    const starry = await refuse('constraint_violation', 'POST', notesPath, { stars: 6 });
    assert.match(starry.message, /stars/);
    await accept(201, 'POST', notesPath, { contact_id: 1, stars: 5 });
    await refuse('constraint_violation', 'DELETE', `${path}/records/${contacts}/1`);
    assert.equal((await accept(200, 'GET', `${path}/records/${contacts}/1`)).row.email, 'ada@example.com');
  });
});
