import assert from 'node:assert/strict';
import { after, describe } from 'node:test';

import { assertKeys, type Data, TIMESTAMP } from './answer.ts';
import { ours } from './contract.ts';
import { PASSWORD, signIn, withAccount, withUser } from './people.ts';
import { openService } from './tested-service.ts';

const service = await openService();
after(() => service.close());
const { path, slug, accept, refuse } = service;
const needs = { needs: 'projects' } as const;
const SESSION_KEYS = [
  'id',
  'signed_in_by',
  'address',
  'user_agent',
  'created_at',
  'expires_at',
  'last_used_at',
];
const USER_KEYS = [
  'role',
  'username',
  'account_user_id',
  'account_id',
  'project_slug',
  'scopes',
  'tables',
  'has_password',
];

describe('a session', () => {
  ours('begins with a password, and has the rights of the user in the project alone', async () => {
    const rights = { scopes: ['schema:read', 'tokens'] };
    await withUser(service, rights, async ({ username }) => {
      const browser = await signIn(service, { username, password: PASSWORD, project_slug: slug });
      assertKeys(browser.session, SESSION_KEYS);
      assertKeys(browser.user, USER_KEYS);
      const { role, project_slug, scopes } = browser.user;
      assert.deepEqual([role, project_slug, scopes], ['project_user', slug, rights.scopes]);
      assert.match(browser.session.expires_at, TIMESTAMP);
      const me = await accept(200, 'GET', `${path}/auth/me`, undefined, browser.as);
      assert.deepEqual([me.token.token_type, me.token.id, me.token.token_name], ['session', null, username]);
      await accept(200, 'GET', `${path}/tables`, undefined, browser.as);
      await refuse('permission_denied', 'GET', path, undefined, browser.as);
      await refuse('permission_denied', 'GET', '/projects', undefined, browser.as);
      await refuse('invalid_token', 'GET', '/projects/absent_project', undefined, browser.as);
      const read = await accept(200, 'GET', '/auth/session', undefined, browser.as);
      assert.deepEqual(read.user, browser.user);
    });
  });

  ours('is proved by a cookie that scripts cannot read and other sites cannot send', async () => {
    await withUser(service, {}, async ({ username }) => {
      const { setCookie, as } = await signIn(service, { username, password: PASSWORD, project_slug: slug });
      const [value, ...attributes] = setCookie.split('; ');
      assert.match(String(value), /^rowhouse_session=ses_[0-9A-Za-z]{42}$/);
      const { hostname } = new URL(service.url);
      const isHere = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
      assert.deepEqual(attributes, [
        'Path=/',
        'Max-Age=604800',
        'HttpOnly',
        'SameSite=Strict',
        ...(isHere ? [] : ['Secure']),
      ]);
      const answer = await service.send('DELETE', '/auth/session', undefined, as);
      assert.match(answer.headers.get('set-cookie') ?? '', /^rowhouse_session=; Path=\/; Max-Age=0;/);
      await refuse('invalid_token', 'GET', '/auth/session', undefined, as);
    });
  });

  ours('is only for pages of the service', async () => {
    await withUser(service, {}, async ({ username }) => {
      const { cookie } = await signIn(service, { username, password: PASSWORD, project_slug: slug });
      const from = (headers: Record<string, string>) => ({ token: null, headers: { cookie, ...headers } });
      for (const page of [
        from({ 'sec-fetch-site': 'cross-site' }),
        from({ 'sec-fetch-site': 'same-site' }),
        from({ origin: 'https://other.example' }),
        from({ origin: 'null' }),
      ]) {
        await refuse('permission_denied', 'GET', '/auth/session', undefined, page);
        await refuse('permission_denied', 'POST', `${path}/auth/tokens`, {}, page);
      }
      // A client that is no browser may read.
      await refuse('permission_denied', 'POST', `${path}/auth/tokens`, {}, from({}));
      await accept(200, 'GET', '/auth/session', undefined, from({}));
      // A token comes before the cookie.
      const both = { token: service.token, headers: { cookie, origin: 'https://other.example' } };
      const { token } = await accept(200, 'GET', `${path}/auth/me`, undefined, both);
      assert.equal(token.token_type, 'project_api_token');
    });
  });

  ours('is listed and ended by its own user only', async () => {
    await withUser(service, {}, async ({ username }) => {
      await withUser(service, {}, async (other) => {
        const user = { username, password: PASSWORD, project_slug: slug };
        const [first, second] = [await signIn(service, user), await signIn(service, user)];
        const foreign = await signIn(service, { ...user, username: other.username });
        const { sessions } = await accept(200, 'GET', '/auth/sessions', undefined, second.as);
        assert.deepEqual(
          sessions.map(({ id }: Data) => id),
          [second.session.id, first.session.id],
        );
        for (const session of sessions) assertKeys(session, SESSION_KEYS);
        const theirs = `/auth/sessions/${foreign.session.id}`;
        await refuse('not_found', 'DELETE', theirs, undefined, second.as);
        const ended = await accept(200, 'DELETE', `/auth/sessions/${first.session.id}`, undefined, second.as);
        assert.deepEqual(ended, { ended: true, session_id: first.session.id });
        await refuse('invalid_token', 'GET', '/auth/session', undefined, first.as);
        await accept(200, 'GET', '/auth/session', undefined, foreign.as);
      });
    });
  });

  ours('sets the password with the current one, and then ends the others', async () => {
    await withUser(service, {}, async ({ username }) => {
      const user = { username, password: PASSWORD, project_slug: slug };
      const [first, second] = [await signIn(service, user), await signIn(service, user)];
      const password = 'an even longer password';
      const wrong = { current_password: 'another password', password };
      await refuse('invalid_credentials', 'POST', '/auth/password', wrong, second.as);
      const right = { current_password: PASSWORD, password };
      const easy = { ...right, password: '12345678' };
      await refuse('validation_failed', 'POST', '/auth/password', easy, second.as);
      const set = await accept(200, 'POST', '/auth/password', right, second.as);
      assert.deepEqual(set, { password_set: true });
      await refuse('invalid_token', 'GET', '/auth/session', undefined, first.as);
      await accept(200, 'GET', '/auth/session', undefined, second.as);
      await refuse('invalid_credentials', 'POST', '/auth/sessions', user, { token: null });
      await signIn(service, { ...user, password });
    });
  });

  ours('ends when its user gets a new password, is disabled or is removed', async () => {
    await withUser(service, {}, async ({ username, path: there }) => {
      for (const change of [{ password: PASSWORD }, { disabled: true }]) {
        const { as } = await signIn(service, { username, password: PASSWORD, project_slug: slug });
        await accept(200, 'PATCH', there, change);
        await refuse('invalid_token', 'GET', '/auth/session', undefined, as);
        await accept(200, 'PATCH', there, { disabled: false });
        await refuse('invalid_token', 'GET', '/auth/session', undefined, as);
      }
      const { as } = await signIn(service, { username, password: PASSWORD, project_slug: slug });
      await accept(200, 'DELETE', there);
      await refuse('invalid_token', 'GET', '/auth/session', undefined, as);
    });
  });

  ours('is required by its own routes, which refuse a token', async () => {
    for (const [method, route, json] of [
      ['GET', '/auth/session', undefined],
      ['GET', '/auth/sessions', undefined],
      ['POST', '/auth/password', { password: 'an even longer password' }],
      ['DELETE', '/auth/sessions/1', undefined],
      ['DELETE', '/auth/session', undefined],
    ] as const) {
      await refuse('permission_denied', method, route, json);
      await refuse('missing_authorization', method, route, json, { token: null });
    }
  });

  ours(
    'begins once with a sign-in link, and then sets a password without the current one',
    async () => {
      await withAccount(service, async ({ id, person, username }) => {
        const there = `/accounts/${id}/users/${person}/sign-in-link`;
        const asAdmin = { token: service.admin };
        const { link } = await accept(201, 'POST', there, undefined, asAdmin);
        assertKeys(link, ['url', 'expires_at']);
        const url = new URL(link.url);
        assert.equal(url.pathname, '/sign-in');
        const code = url.hash.slice(1);
        const browser = await signIn(service, { code });
        assert.equal(browser.session.signed_in_by, 'link');
        assert.equal(browser.user.username, username);
        await refuse('invalid_credentials', 'POST', '/auth/sessions', { code }, { token: null });
        const password = 'an even longer password';
        await accept(200, 'POST', '/auth/password', { password }, browser.as);
        await signIn(service, { username, password });
      });
    },
    needs,
  );
});
