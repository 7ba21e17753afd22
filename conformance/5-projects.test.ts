import assert from 'node:assert/strict';
import { after, describe } from 'node:test';

import { assertKeys, type Data, TIMESTAMP } from './answer.ts';
import { documented, IN_GIVEN_PROJECT, ours } from './contract.ts';
import { openService } from './tested-service.ts';
import { MISSING, refusesEach } from './wrong-fields.ts';

const service = await openService();
after(() => service.close());
const { path, accept, refuse } = service;

const asAdmin = { token: service.admin };
const PROJECT_KEYS = ['id', 'project_slug', 'project_name', 'created_at', 'updated_at'];

describe('POST /projects', () => {
  ours(
    'creates a project and its first token',
    async () => {
      const project = { project_slug: service.newSlug(), project_name: 'Example CRM' };
      const data = await accept(201, 'POST', '/projects', project, asAdmin);
      assert.deepEqual(Object.keys(data), ['project', 'token']);
      assert.deepEqual(Object.keys(data.project), PROJECT_KEYS);
      assert.equal(data.project.project_slug, project.project_slug);
      assert.equal(data.project.project_name, 'Example CRM');
      assert.match(data.project.created_at, TIMESTAMP);
      const home = `/projects/${project.project_slug}`;
      const listed = await accept(200, 'GET', `${home}/tables`, undefined, { token: data.token.token });
      assert.deepEqual(listed.tables, []);
    },
    { needs: 'projects' },
  );

  if (!IN_GIVEN_PROJECT) {
    refusesEach(
      service,
      {
        method: 'POST',
        path: '/projects',
        body: { project_slug: 'refused', project_name: 'Refused' },
        options: asAdmin,
      },
      {
        'body.project_slug': [MISSING, '', 7, null, 'a b', 'x'.repeat(64)],
        'body.project_name': ['  ', MISSING, '', 7, null, 'x'.repeat(201), 'two\nlines'],
        'body.colour': ['red'],
      },
    );
  }
});

describe('GET /projects', () => {
  ours(
    'lists every project, in pages',
    async () => {
      const { slug } = await service.createProject();
      const data = await accept(200, 'GET', '/projects?limit=500', undefined, asAdmin);
      assert.deepEqual(Object.keys(data), ['projects', 'limit', 'offset', 'returned', 'has_more']);
      const found = data.projects.find(({ project_slug }: Data) => project_slug === slug);
      assert.deepEqual(Object.keys(found), PROJECT_KEYS);
      const page = await accept(200, 'GET', '/projects?limit=1', undefined, asAdmin);
      assert.equal(page.returned, 1);
      assert.equal(page.has_more, true);
    },
    { needs: 'projects' },
  );
});

describe('GET /projects/{p}', () => {
  ours('returns the project', async () => {
    const { project } = await accept(200, 'GET', path);
    assert.deepEqual(Object.keys(project), PROJECT_KEYS);
    assert.equal(project.project_slug, service.slug);
  });
});

describe('PATCH /projects/{p}', () => {
  documented('renames the project and keeps its slug', async () => {
    const requested = await service.send('GET', path);
    if (requested.body.ok) {
      const { project_name } = requested.body.data.project;
      after(() => accept(200, 'PATCH', path, { project_name }));
    }
    const { project: before } = await accept(200, 'PATCH', path, { project_name: 'Example CRM' });
    const data = await accept(200, 'PATCH', path, { project_name: 'Example CRM, renamed' });
    assertKeys(data, ['project']);
    assertKeys(data.project, PROJECT_KEYS);
    const { updated_at, ...others } = data.project;
    assert.deepEqual(others, {
      id: before.id,
      project_slug: service.slug,
      project_name: 'Example CRM, renamed',
      created_at: before.created_at,
    });
    assert.ok(updated_at >= before.updated_at);
  });

  refusesEach(
    service,
    { method: 'PATCH', path, body: { project_name: 'Refused' } },
    {
      'body.project_name': ['  ', MISSING, '', 7, null, [], 'x'.repeat(201), 'two\nlines'],
      'body.project_slug': ['other'],
    },
  );
});

describe('DELETE /projects/{p}', () => {
  documented(
    'deletes the project with all its data if the body confirms its slug',
    async () => {
      const { slug, token } = await service.createProject();
      const home = `/projects/${slug}`;
      const asOwner = { token };
      await accept(201, 'POST', `${home}/table`, { table_name: 'contacts' }, asOwner);
      const { export: manifest } = await accept(201, 'POST', `${home}/export/schema`, {}, asOwner);
      const data = await accept(200, 'DELETE', home, { confirm_project_slug: slug }, asOwner);
      assertKeys(data, ['deleted', 'project_slug']);
      assert.deepEqual(data, { deleted: true, project_slug: slug });
      for (const gone of [`${home}/auth/me`, `${home}/table/contacts`, manifest.download_url]) {
        await refuse('invalid_token', 'GET', gone, undefined, asOwner);
      }
    },
    { needs: 'projects' },
  );

  documented('deletes nothing if the slug is not confirmed', async () => {
    const others = [
      undefined,
      '',
      'another',
      service.slug.toUpperCase(),
      ` ${service.slug}`,
      `${service.slug} `,
    ];
    // The upper case of a slug without letters is the same slug.
    for (const confirm_project_slug of others.filter((other) => other !== service.slug)) {
      const fields = ['body.confirm_project_slug'];
      await refuse('validation_failed', 'DELETE', path, { confirm_project_slug }, { fields });
    }
    await accept(200, 'GET', `${path}/auth/me`);
  });

  refusesEach(
    service,
    { method: 'DELETE', path, body: { confirm_project_slug: 'another' } },
    { 'body.confirm_project_slug': [7, null, [service.slug], true] },
  );
});
