import assert from 'node:assert/strict';
import { after, describe } from 'node:test';

import { assertKeys, type Data, TIMESTAMP } from './answer.ts';
import { ours } from './contract.ts';
import { PASSWORD, uniqueName, withUser } from './people.ts';
import { openService } from './tested-service.ts';
import { MISSING, refusesEach } from './wrong-fields.ts';

const service = await openService();
after(() => service.close());
const { path, accept, refuse } = service;

const USER_KEYS = [
  'id',
  'username',
  'account_user_id',
  'scopes',
  'tables',
  'disabled_at',
  'created_at',
  'updated_at',
];

async function logIn(username: string): Promise<Data> {
  const fields = { username, password: PASSWORD };
  return (await accept(201, 'POST', `${path}/auth/login`, fields, { token: null })).token;
}

describe('the users of a project', () => {
  ours('are created, listed, read, changed and removed, without their passwords', async () => {
    const fields = {
      username: uniqueName('mei'),
      password: PASSWORD,
      scopes: ['records:read'],
      tables: ['people'],
    };
    const { user } = await accept(201, 'POST', `${path}/users`, fields);
    assertKeys(user, USER_KEYS);
    assert.deepEqual(
      [user.username, user.scopes, user.tables, user.disabled_at],
      [fields.username, ['records:read'], ['people'], null],
    );
    assert.match(user.created_at, TIMESTAMP);
    const there = `${path}/users/${user.id}`;
    assert.deepEqual(await accept(200, 'GET', there), { user });
    await refuse('already_exists', 'POST', `${path}/users`, fields);

    const listed = await accept(200, 'GET', `${path}/users?limit=500`);
    assert.deepEqual(Object.keys(listed), ['users', 'limit', 'offset', 'returned', 'has_more']);
    assert.deepEqual(
      listed.users.find(({ id }: Data) => id === user.id),
      user,
    );
    assert.doesNotMatch(JSON.stringify(listed), /password|hash|horse/);

    const changed = await accept(200, 'PATCH', there, { tables: null, disabled: true });
    assertKeys(changed.user, USER_KEYS);
    assert.equal(changed.user.tables, null);
    assert.match(changed.user.disabled_at, TIMESTAMP);
    assert.deepEqual(await accept(200, 'DELETE', there), { deleted: true, user_id: user.id });
    await refuse('not_found', 'GET', there);
    await refuse('not_found', 'DELETE', there);
  });

  ours('have tokens that never exceed them, also after the users change', async () => {
    await withUser(service, { scopes: ['records:read', 'tokens'] }, async (user) => {
      const token = await logIn(user.username);
      assert.deepEqual(token.scopes, ['records:read', 'tokens']);
      assert.equal(token.project_username, user.username);
      const as = { token: token.token };
      await accept(200, 'GET', `${path}/auth/tokens`, undefined, as);
      await refuse('permission_denied', 'GET', `${path}/tables`, undefined, as);
      await refuse('permission_denied', 'POST', `${path}/auth/tokens`, { scopes: ['query'] }, as);
      const copy = await accept(201, 'POST', `${path}/auth/tokens`, { revoke_previous: false }, as);
      const asCopy = { token: copy.token.token };
      assert.equal(copy.token.project_username, user.username);

      await accept(200, 'PATCH', user.path, { scopes: ['records:read', 'schema:read'] });
      for (const each of [as, asCopy]) {
        await refuse('permission_denied', 'GET', `${path}/auth/tokens`, undefined, each);
      }
      // The token of a log-in has no limits of its own, and follows the user. The other one was created with limits.
      await accept(200, 'GET', `${path}/tables`, undefined, as);
      await refuse('permission_denied', 'GET', `${path}/tables`, undefined, asCopy);
      await accept(200, 'PATCH', user.path, { scopes: ['records:read', 'tokens'] });
      await accept(200, 'GET', `${path}/auth/tokens`, undefined, asCopy);
    });
  });

  ours('are without access while they are disabled, and after they are removed', async () => {
    await withUser(service, {}, async ({ path: there, username }) => {
      const as = { token: (await logIn(username)).token };
      const wrong = { username, password: PASSWORD };
      await accept(200, 'PATCH', there, { disabled: true });
      await refuse('invalid_token', 'GET', `${path}/auth/me`, undefined, as);
      await refuse('invalid_credentials', 'POST', `${path}/auth/login`, wrong, { token: null });
      await accept(200, 'PATCH', there, { disabled: false });
      await accept(200, 'GET', `${path}/auth/me`, undefined, as);
      await accept(200, 'DELETE', there);
      await refuse('invalid_token', 'GET', `${path}/auth/me`, undefined, as);
    });
  });

  ours('get no more rights than those who create or change them', async () => {
    await withUser(service, { scopes: ['tokens', 'records:read'] }, async ({ username }) => {
      const as = { token: (await logIn(username)).token };
      const fields = { username: uniqueName('more'), password: PASSWORD };
      const wider = { ...fields, scopes: ['query'] };
      await refuse('permission_denied', 'POST', `${path}/users`, wider, as);
      await withUser(service, {}, async (full) => {
        for (const change of [{ password: 'a long new password' }, { scopes: ['tokens'] }]) {
          await refuse('permission_denied', 'PATCH', full.path, change, as);
        }
        // The end of access needs no more than the scope.
        await accept(200, 'PATCH', full.path, { disabled: true }, as);
      });
    });
  });

  refusesEach(
    service,
    { method: 'POST', path: `${path}/users`, body: { username: 'refused', password: PASSWORD } },
    {
      'body.username': [MISSING, '', 7, null, 'two\nlines', 'x'.repeat(201)],
      'body.password': [MISSING, '', 7, null, 'short', '12345678'],
      'body.scopes': [7, 'query'],
      'body.tables': [7, 'people'],
      'body.colour': ['red'],
    },
  );

  ours('are named by a number', async () => {
    for (const id of ['0', '-1', 'x', '1.5', '007']) {
      await refuse('validation_failed', 'GET', `${path}/users/${id}`, undefined, {
        fields: ['path.user_id'],
      });
    }
    await refuse('not_found', 'GET', `${path}/users/999999999`);
  });
});
