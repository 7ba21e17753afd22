import assert from 'node:assert/strict';
import { after, describe } from 'node:test';

import { assertKeys, type Data, TIMESTAMP } from './answer.ts';
import { IN_GIVEN_PROJECT, ours } from './contract.ts';
import { PASSWORD, signIn, uniqueName, withAccount } from './people.ts';
import { openService } from './tested-service.ts';
import { MISSING, refusesEach } from './wrong-fields.ts';

const service = await openService();
after(() => service.close());
const { accept, refuse } = service;
const asAdmin = { token: service.admin };
const needs = { needs: 'projects' } as const;

const ACCOUNT_KEYS = ['id', 'account_name', 'disabled_at', 'created_at', 'updated_at'];
const PERSON_KEYS = [
  'id',
  'account_id',
  'username',
  'has_password',
  'disabled_at',
  'created_at',
  'updated_at',
];

/** Creates a project in an account, and deletes it at the end of `use`. */
async function withProject(
  account_id: number,
  use: (project: { readonly path: string; readonly slug: string; readonly token: string }) => Promise<void>,
): Promise<void> {
  const slug = service.newSlug();
  const fields = { project_slug: slug, project_name: 'Conformance', account_id };
  const { token } = await accept(201, 'POST', '/projects', fields, asAdmin);
  const path = `/projects/${slug}`;
  try {
    await use({ path, slug, token: token.token });
  } finally {
    await service.send('DELETE', path, { confirm_project_slug: slug }, asAdmin);
  }
}

describe('accounts', () => {
  ours(
    'are created, listed, read, renamed and removed by the admin',
    async () => {
      const { account } = await accept(201, 'POST', '/accounts', { account_name: 'Acme' }, asAdmin);
      assertKeys(account, ACCOUNT_KEYS);
      assert.match(account.created_at, TIMESTAMP);
      const there = `/accounts/${account.id}`;
      assert.deepEqual(await accept(200, 'GET', there, undefined, asAdmin), { account });
      const listed = await accept(200, 'GET', '/accounts?limit=500', undefined, asAdmin);
      assert.deepEqual(Object.keys(listed), ['accounts', 'limit', 'offset', 'returned', 'has_more']);
      assert.ok(listed.accounts.some(({ id }: Data) => id === account.id));
      const changed = await accept(200, 'PATCH', there, { account_name: 'Acme & Co' }, asAdmin);
      assertKeys(changed.account, ACCOUNT_KEYS);
      assert.equal(changed.account.account_name, 'Acme & Co');
      const deleted = await accept(200, 'DELETE', there, undefined, asAdmin);
      assert.deepEqual(deleted, { deleted: true, account_id: account.id });
      await refuse('not_found', 'GET', there, undefined, asAdmin);
    },
    needs,
  );

  ours(
    'contain people, whose usernames are unique on the server',
    async () => {
      await withAccount(service, async ({ id, person, username }) => {
        const there = `/accounts/${id}/users`;
        const { users } = await accept(200, 'GET', there, undefined, asAdmin);
        const [listed] = users;
        assertKeys(listed, PERSON_KEYS);
        assert.deepEqual([listed.id, listed.username, listed.has_password], [person, username, true]);
        await withAccount(service, async (other) => {
          const taken = { username, password: PASSWORD };
          await refuse('already_exists', 'POST', `/accounts/${other.id}/users`, taken, asAdmin);
          await refuse('not_found', 'DELETE', `/accounts/${other.id}/users/${person}`, undefined, asAdmin);
        });
        const renamed = await accept(
          200,
          'PATCH',
          `${there}/${person}`,
          { username: uniqueName('renamed') },
          asAdmin,
        );
        assertKeys(renamed.user, PERSON_KEYS);
        const removed = await accept(200, 'DELETE', `${there}/${person}`, undefined, asAdmin);
        assert.deepEqual(removed, { deleted: true, account_user_id: person });
      });
    },
    needs,
  );

  ours(
    'let their people use and create their own projects, and hide the projects of others',
    async () => {
      await withAccount(service, async ({ id, username }) => {
        await withProject(id, async ({ path, slug }) => {
          const browser = await signIn(service, { username, password: PASSWORD });
          assert.deepEqual([browser.user.role, browser.user.account_id], ['account_user', id]);
          await accept(200, 'GET', `${path}/tables`, undefined, browser.as);
          const { projects } = await accept(200, 'GET', '/projects', undefined, browser.as);
          assert.deepEqual(
            projects.map(({ project_slug }: Data) => project_slug),
            [slug],
          );
          const foreign = await refuse('not_found', 'GET', `${service.path}/tables`, undefined, browser.as);
          const absent = await refuse('not_found', 'GET', '/projects/absent/tables', undefined, browser.as);
          assert.deepEqual(foreign, absent);
          for (const account_id of [1, 999_999_999]) {
            const fields = { project_slug: service.newSlug(), project_name: 'Refused', account_id };
            await refuse('permission_denied', 'POST', '/projects', fields, browser.as);
            await refuse(
              'permission_denied',
              'GET',
              `/projects?account_id=${account_id}`,
              undefined,
              browser.as,
            );
          }
          await refuse('permission_denied', 'GET', '/accounts', undefined, browser.as);
          await refuse('conflict', 'DELETE', `/accounts/${id}`, undefined, asAdmin);
        });
      });
    },
    needs,
  );

  ours(
    'give nobody but the admin access while they are disabled',
    async () => {
      await withAccount(service, async ({ id, username }) => {
        await withProject(id, async ({ path, token }) => {
          const person = { username, password: PASSWORD };
          const { as } = await signIn(service, person);
          const disabled = await accept(200, 'PATCH', `/accounts/${id}`, { disabled: true }, asAdmin);
          assert.match(disabled.account.disabled_at, TIMESTAMP);
          await refuse('invalid_token', 'GET', `${path}/auth/me`, undefined, { token });
          await refuse('invalid_token', 'GET', '/projects', undefined, as);
          await refuse('invalid_credentials', 'POST', '/auth/sessions', person, { token: null });
          await accept(200, 'GET', `${path}/tables`, undefined, asAdmin);
          await accept(200, 'PATCH', `/accounts/${id}`, { disabled: false }, asAdmin);
          await accept(200, 'GET', `${path}/auth/me`, undefined, { token });
        });
      });
    },
    needs,
  );

  ours('are not for a project token', async () => {
    for (const [method, route, json] of [
      ['GET', '/accounts', undefined],
      ['POST', '/accounts', { account_name: 'Refused' }],
      ['GET', '/accounts/1', undefined],
      ['PATCH', '/accounts/1', { account_name: 'Refused' }],
      ['DELETE', '/accounts/999999999', undefined],
      ['GET', '/accounts/1/users', undefined],
      ['POST', '/accounts/1/users', { username: 'refused' }],
      ['PATCH', '/accounts/1/users/999999999', { disabled: true }],
      ['POST', '/accounts/1/users/999999999/sign-in-link', undefined],
      ['DELETE', '/accounts/1/users/999999999', undefined],
    ] as const) {
      await refuse('permission_denied', method, route, json);
    }
  });

  if (!IN_GIVEN_PROJECT) {
    refusesEach(
      service,
      { method: 'POST', path: '/accounts', body: { account_name: 'Refused' }, options: asAdmin },
      { 'body.account_name': [MISSING, '', 7, null, 'x'.repeat(201)], 'body.colour': ['red'] },
    );
    refusesEach(
      service,
      { method: 'POST', path: '/accounts/1/users', body: { username: 'refused' }, options: asAdmin },
      {
        'body.username': [MISSING, '', 7, null, 'two\nlines'],
        'body.password': ['', 7, null, 'short', '12345678'],
        'body.colour': ['red'],
      },
    );
  }
});
