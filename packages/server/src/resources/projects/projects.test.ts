import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { borrowTestServer } from '../../testing/http/borrowed-server.ts';
import { fieldsAtFault, startTestServer } from '../../testing/http/test-server.ts';

test('a project is created, found, listed and deleted with its files', async () => {
  await using server = await borrowTestServer();

  const created = await server.call('POST', '/projects', {
    json: { project_slug: 'orchard', project_name: 'Orchard & Söhne' },
  });
  assert.equal(created.status, 201);
  assert.deepEqual(Object.keys(created.body.data), ['project', 'token']);
  const { project, token } = created.body.data;
  assert.deepEqual(Object.keys(project), ['id', 'project_slug', 'project_name', 'created_at', 'updated_at']);
  assert.equal(project.project_name, 'Orchard & Söhne');
  assert.match(token.token, /^pat_[0-9A-Za-z]{42}$/);

  const found = await server.call('GET', '/projects/orchard', { token: token.token });
  assert.deepEqual(Object.keys(found.body.data), ['project', 'storage']);
  assert.deepEqual(found.body.data.project, project);
  assert.ok(found.body.data.storage.database_bytes > 0);
  assert.equal(found.body.data.storage.export_bytes, 0);
  const listed = await server.call('GET', '/projects');
  assert.deepEqual(listed.body.data, {
    projects: [project],
    limit: 50,
    offset: 0,
    returned: 1,
    has_more: false,
  });

  const files = join(server.dataDir, 'projects', 'orchard');
  assert.ok(existsSync(join(files, 'database.sqlite')));
  const deleted = await server.call('DELETE', '/projects/orchard', {
    token: token.token,
    json: { confirm_project_slug: 'orchard' },
  });
  assert.deepEqual(deleted.body.data, { deleted: true, project_slug: 'orchard' });
  assert.deepEqual(await readdir(join(server.dataDir, 'projects')), []);
  assert.equal(
    (await server.call('GET', '/projects/orchard', { token: token.token })).body.error?.code,
    'invalid_token',
  );
  assert.equal((await server.call('GET', '/projects/orchard')).body.error?.code, 'not_found');
});

test('a slug is stored in lower case, and found in any case', async () => {
  await using server = await borrowTestServer();

  const created = await server.call('POST', '/projects', {
    json: { project_slug: 'My_Shop-2', project_name: 'x' },
  });
  assert.equal(created.body.data.project.project_slug, 'my_shop-2');
  const found = await server.call('GET', '/projects/MY_SHOP-2', { token: created.body.data.token.token });
  assert.equal(found.status, 200);
  const again = await server.call('POST', '/projects', {
    json: { project_slug: 'my_shop-2', project_name: 'x' },
  });
  assert.equal(again.status, 409);
  assert.equal(again.body.error?.code, 'already_exists');
});

test('an invalid project is refused with the field and its valid values, and nothing is created', async () => {
  await using server = await borrowTestServer();
  const name = 'A name';
  const cases: readonly (readonly [json: unknown, field: string])[] = [
    [{ project_name: name }, 'body.project_slug'],
    [{ project_slug: 'a' }, 'body.project_name'],
    [{ project_slug: '', project_name: name }, 'body.project_slug'],
    [{ project_slug: 'naïve', project_name: name }, 'body.project_slug'],
    [{ project_slug: '../up', project_name: name }, 'body.project_slug'],
    [{ project_slug: 'a'.repeat(64), project_name: name }, 'body.project_slug'],
    [{ project_slug: 7, project_name: name }, 'body.project_slug'],
    [{ project_slug: null, project_name: name }, 'body.project_slug'],
    [{ project_slug: 'a', project_name: '' }, 'body.project_name'],
    [{ project_slug: 'a', project_name: 'two\nlines' }, 'body.project_name'],
    [{ project_slug: 'a', project_name: 'half \ud83d' }, 'body.project_name'],
    [{ project_slug: 'a', project_name: 'n'.repeat(201) }, 'body.project_name'],
    [{ project_slug: 'a', project_name: name, colour: 'red' }, 'body.colour'],
  ];
  for (const [json, field] of cases) {
    const refused = await server.call('POST', '/projects', { json });
    assert.equal(refused.status, 400, JSON.stringify(json));
    assert.equal(refused.body.error?.code, 'validation_failed');
    assert.deepEqual(fieldsAtFault(refused), [field], JSON.stringify(json));
  }
  assert.deepEqual((await server.call('GET', '/projects')).body.data.projects, []);
});

test('of many concurrent creations of one project, one succeeds and its database is complete', async () => {
  await using server = await borrowTestServer();

  const answers = await Promise.all(
    Array.from({ length: 20 }, () => {
      return server.call('POST', '/projects', { json: { project_slug: 'popular', project_name: 'x' } });
    }),
  );
  const statuses = answers.map(({ status }) => status);
  assert.equal(statuses.filter((status) => status === 201).length, 1);
  assert.equal(statuses.filter((status) => status === 409).length, 19);
  assert.equal((await server.call('POST', '/projects/popular/export/schema')).status, 201);
});

test('renaming a project changes only its name and the time of its last change', async (context) => {
  context.mock.timers.enable({ apis: ['Date'], now: Date.parse('2026-11-23T12:00:00Z') });
  await using server = await startTestServer();
  const token = await server.createProject('shop');
  const before = (await server.call('GET', '/projects/shop', { token })).body.data.project;
  context.mock.timers.setTime(Date.parse('2026-11-24T12:00:00Z'));

  const renamed = await server.call('PATCH', '/projects/Shop', { token, json: { project_name: 'Größer' } });
  assert.equal(renamed.status, 200);
  assert.deepEqual(renamed.body.data, {
    project: { ...before, project_name: 'Größer', updated_at: '2026-11-24T12:00:00Z' },
  });
  assert.deepEqual(Object.keys(renamed.body.data.project), Object.keys(before));
  await server.restart();
  const after = await server.call('GET', '/projects/shop', { token });
  assert.deepEqual(after.body.data.project, renamed.body.data.project);
});

test('an invalid name is refused and the old one is kept; a missing project is not_found', async () => {
  await using server = await borrowTestServer();
  const token = await server.createProject('shop');
  const cases: readonly (readonly [json: unknown, field: string])[] = [
    [{}, 'body.project_name'],
    [{ project_name: '' }, 'body.project_name'],
    [{ project_name: null }, 'body.project_name'],
    [{ project_name: 7 }, 'body.project_name'],
    [{ project_name: 'two\nlines' }, 'body.project_name'],
    [{ project_name: 'n'.repeat(201) }, 'body.project_name'],
    [{ project_name: 'x', project_slug: 'mall' }, 'body.project_slug'],
  ];
  for (const [json, field] of cases) {
    const refused = await server.call('PATCH', '/projects/shop', { token, json });
    assert.equal(refused.body.error?.code, 'validation_failed', JSON.stringify(json));
    assert.deepEqual(fieldsAtFault(refused), [field], JSON.stringify(json));
  }
  assert.equal((await server.call('GET', '/projects/shop')).body.data.project.project_name, 'shop');
  const absent = await server.call('PATCH', '/projects/mall', { json: { project_name: 'x' } });
  assert.equal(absent.body.error?.code, 'not_found');
});

/** Values that differ from `keepsake_1`, though a person or text normalization could confuse them with it. */
const NOT_CONFIRMED: readonly unknown[] = [
  undefined,
  '',
  'another',
  'KEEPSAKE_1',
  'Keepsake_1',
  'keepsake_1 ',
  ' keepsake_1',
  'keepsake_1\n',
  'keepsake_1\u0000',
  'keepsake_1\u200b',
  '\ufeffkeepsake_1',
  'keepsake-1',
  'keepsake_',
  'keepsake_11',
  'keepsake_01',
  // KELVIN SIGN, LATIN SMALL LETTER LONG S, FULLWIDTH LOW LINE, FULLWIDTH DIGIT ONE, CYRILLIC SMALL LETTER A
  '\u212aeepsake_1',
  'keep\u017fake_1',
  'keepsake\uff3f1',
  'keepsake_\uff11',
  'keeps\u0430ke_1',
  'keepsake%5F1',
  '/projects/keepsake_1',
  null,
  true,
  1,
  ['keepsake_1'],
  { slug: 'keepsake_1' },
];

test('a deletion is refused unless the body has the stored slug, and the project is kept', async () => {
  await using server = await borrowTestServer();
  const token = await server.createProject('keepsake_1');

  for (const path of ['/projects/keepsake_1', '/projects/KEEPSAKE_1']) {
    for (const confirmed of NOT_CONFIRMED) {
      const json = { confirm_project_slug: confirmed };
      const refused = await server.call('DELETE', path, { token, json });
      const told = `${path} ${JSON.stringify(confirmed)}`;
      assert.deepEqual([refused.status, refused.body.error?.code], [400, 'validation_failed'], told);
      assert.deepEqual(fieldsAtFault(refused), ['body.confirm_project_slug'], told);
      assert.equal((await server.call('GET', '/projects/keepsake_1/tables', { token })).status, 200, told);
    }
  }
  // The slug in the path may be in any case.
  const json = { confirm_project_slug: 'keepsake_1' };
  assert.equal((await server.call('DELETE', '/projects/Keepsake_1', { token, json })).status, 200);
});

test('a slug of digits is confirmed only by a string', async () => {
  await using server = await borrowTestServer();
  await server.createProject('7');
  for (const [confirmed, status] of [
    [7, 400],
    ['07', 400],
    ['7.0', 400],
    ['7', 200],
  ] as const) {
    const answer = await server.call('DELETE', '/projects/7', { json: { confirm_project_slug: confirmed } });
    assert.equal(answer.status, status, JSON.stringify(confirmed));
  }
});

test('a project created with an upper-case slug is stored, and confirmed, in lower case', async () => {
  await using server = await borrowTestServer();
  const json = { project_slug: 'Orchard', project_name: 'Orchard' };
  const made = await server.call('POST', '/projects', { json });
  assert.equal(made.body.data.project.project_slug, 'orchard');
  for (const [confirmed, status] of [
    ['Orchard', 400],
    ['orchard', 200],
  ] as const) {
    const answer = await server.call('DELETE', '/projects/Orchard', {
      json: { confirm_project_slug: confirmed },
    });
    assert.equal(answer.status, status, confirmed);
  }
});

test('a project with the slug of a deleted one is new: old tokens and exports are invalid', async () => {
  await using server = await borrowTestServer();
  const oldToken = await server.createProject('phoenix');
  const exported = await server.call('POST', '/projects/phoenix/export/schema', { token: oldToken });
  await server.call('DELETE', '/projects/phoenix', { json: { confirm_project_slug: 'phoenix' } });
  const newToken = await server.createProject('phoenix');

  assert.equal((await server.call('GET', '/projects/phoenix', { token: oldToken })).status, 401);
  const download = await server.call('GET', exported.body.data.export.download_url, { token: newToken });
  assert.equal(download.body.error?.code, 'not_found');
});

test('projects are listed in pages', async () => {
  await using server = await borrowTestServer();
  for (const slug of ['one', 'two', 'three']) await server.createProject(slug);

  const { body } = await server.call('GET', '/projects?limit=2&offset=1');
  assert.deepEqual(
    body.data.projects.map((project: { project_slug: string }) => project.project_slug),
    ['two', 'three'],
  );
  assert.equal(body.data.has_more, false);
  assert.equal((await server.call('GET', '/projects?limit=2')).body.data.has_more, true);
  for (const query of [
    'limit=0',
    'limit=501',
    'limit=x',
    'offset=-1',
    'offset=1.5',
    'limit=1&limit=2',
    'page=1',
  ]) {
    const refused = await server.call('GET', `/projects?${query}`);
    assert.equal(refused.body.error?.code, 'validation_failed', query);
  }
});

test('a project token may not create or list projects', async () => {
  await using server = await borrowTestServer();
  const token = await server.createProject('tenant');

  assert.equal((await server.call('GET', '/projects', { token })).body.error?.code, 'permission_denied');
  const create = await server.call('POST', '/projects', {
    token,
    json: { project_slug: 'b', project_name: 'B' },
  });
  assert.equal(create.body.error?.code, 'permission_denied');
});
