import assert from 'node:assert/strict';
import { after, describe } from 'node:test';

import { assertKeys, type Data, TIMESTAMP } from './answer.ts';
import { ours } from './contract.ts';
import { PASSWORD, withUser } from './people.ts';
import { openService } from './tested-service.ts';
import { refusesEach } from './wrong-fields.ts';

const service = await openService();
after(() => service.close());
const { path, slug, accept, refuse } = service;
const audit = `${path}/audit`;
const needs = { needs: 'projects' } as const;

const PAGE_KEYS = ['events', 'limit', 'returned', 'has_more', 'next_before'];
const EVENT_KEYS = [
  'id',
  'created_at',
  'action',
  'subject',
  'project_slug',
  'actor',
  'address',
  'request_id',
  'before',
  'after',
];

/** The events of a page about one token or user, newest first. */
function eventsOf({ events }: Data, kind: 'token' | 'project_user', id: number | string): readonly Data[] {
  return events.filter(
    ({ action, subject }: Data) => action.startsWith(`${kind}.`) && subject === String(id),
  );
}

describe('the audit trail of a project', () => {
  ours('states who changed what, newest first and without secrets', async () => {
    const { token } = await accept(201, 'POST', `${path}/auth/tokens`, {
      revoke_previous: false,
      token_name: 'audited',
    });
    const answer = await service.send('DELETE', `${path}/auth/tokens/${token.token_id}`);
    const page = await accept(200, 'GET', `${audit}?limit=500`);
    assertKeys(page, PAGE_KEYS);
    const [revoked, ...earlier] = eventsOf(page, 'token', token.token_id);
    assertKeys(revoked, EVENT_KEYS);
    assert.equal(revoked.action, 'token.revoked');
    assert.deepEqual(
      earlier.map(({ action }: Data) => action),
      ['token.created'],
    );
    assert.equal(revoked.project_slug, slug);
    assert.equal(revoked.request_id, answer.body.request_id);
    assert.equal(revoked.actor.type, 'project_api_token');
    assert.match(revoked.created_at, TIMESTAMP);
    assert.ok(!JSON.stringify(page).includes(token.token));
  });

  ours('is paged without a gap, and selected by action', async () => {
    let id = '';
    await withUser(service, { scopes: ['records:read'] }, async (user) => {
      id = user.path.split('/').at(-1) ?? '';
      await accept(200, 'PATCH', user.path, { scopes: ['query'] });
      await accept(200, 'PATCH', user.path, { password: `${PASSWORD}s` });
    });
    const first = await accept(200, 'GET', `${audit}?limit=2`);
    assert.deepEqual([first.returned, first.has_more], [2, true]);
    const second = await accept(200, 'GET', `${audit}?limit=2&before=${first.next_before}`);
    // Other clients may have added events meanwhile.
    const both = await accept(200, 'GET', `${audit}?limit=4&before=${first.events[0].id + 1}`);
    assert.deepEqual([...first.events, ...second.events], both.events);

    const page = await accept(200, 'GET', `${audit}?limit=500&action=project_user.removed`);
    assert.ok(page.events.every(({ action }: Data) => action === 'project_user.removed'));
    const [removed] = eventsOf(page, 'project_user', id);
    assert.deepEqual(removed.before.scopes, ['query']);
    assert.equal(removed.after, null);
    assert.doesNotMatch(JSON.stringify(both), new RegExp(PASSWORD));
  });

  ours('requires the scopes project and tokens, and the whole project', async () => {
    for (const rights of [{ scopes: ['project'] }, { scopes: ['tokens'] }, { tables: ['people'] }]) {
      const json = { revoke_previous: false, ...rights };
      const { token } = await accept(201, 'POST', `${path}/auth/tokens`, json);
      await refuse('permission_denied', 'GET', audit, undefined, { token: token.token });
      await accept(200, 'DELETE', `${path}/auth/tokens/${token.token_id}`);
    }
  });

  ours('cannot be changed', async () => {
    for (const method of ['POST', 'PATCH', 'PUT', 'DELETE']) {
      await refuse('method_not_allowed', method, audit, {});
    }
  });

  refusesEach(
    service,
    { method: 'GET', path: audit },
    { 'query.limit': ['0', '501', 'ten'], 'query.before': ['ten', '1.5'], 'query.colour': ['red'] },
  );
});

describe('GET /audit', () => {
  ours('is only for the admin', async () => {
    await refuse('permission_denied', 'GET', '/audit');
    await refuse('missing_authorization', 'GET', '/audit', undefined, { token: null });
  });

  ours(
    'lists the events of all projects and accounts',
    async () => {
      const asAdmin = { token: service.admin };
      const project = await service.createProject();
      const page = await accept(200, 'GET', '/audit?limit=500&action=project.created', undefined, asAdmin);
      assertKeys(page, PAGE_KEYS);
      const event = page.events.find(({ project_slug }: Data) => project_slug === project.slug);
      assertKeys(event, EVENT_KEYS);
      assert.equal(event.actor.type, 'admin');
      assert.equal(event.before, null);
    },
    needs,
  );
});
