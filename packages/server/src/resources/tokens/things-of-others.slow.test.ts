import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';

import { type Caller, everyCaller } from '../../testing/access/callers.ts';
import { documentedRoutes } from '../../testing/access/documented-access.ts';
import { prepareSubjects, requestOf, type RouteRequest } from '../../testing/access/route-requests.ts';
import { sendRequest, withoutIdsAndTimes } from '../../testing/access/send-request.ts';
import { createTwoAccounts } from '../../testing/access/two-accounts.ts';
import { startTestServer } from '../../testing/http/test-server.ts';

/** What belongs to others has the same answer as what does not exist, on every route. */

const server = await startTestServer();
after(() => server[Symbol.asyncDispose]());
const world = await createTwoAccounts(server);
// Those who lack a scope are refused by the same checks as the others.
const callers = (await everyCaller(world)).filter(
  ({ standing, name }) =>
    standing.kind !== 'invalid' && standing.kind !== 'admin' && !name.includes('without'),
);
const subjects = await prepareSubjects(world);
const ofProjects = documentedRoutes().filter(({ access }) => access.kind === 'project');

/** Asserts that both requests are refused with this status and the same answer. */
async function assertSame(
  method: string,
  requests: readonly [foreign: RouteRequest, absent: RouteRequest],
  caller: Pick<Caller, 'name' | 'headers'>,
  statuses: readonly number[],
): Promise<void> {
  const answers = requests.map((request) => sendRequest(server, method, request, caller.headers()));
  const [foreign, absent] = await Promise.all(answers);
  assert.ok(foreign !== undefined && absent !== undefined);
  const what = `${method} ${requests[0].path} of ${caller.name}: ${foreign.text}`;
  assert.ok(statuses.includes(foreign.status), what);
  assert.deepEqual(withoutIdsAndTimes(foreign), withoutIdsAndTimes(absent), what);
}

describe('a project of another account', () => {
  for (const route of ofProjects) {
    test(route.name, async () => {
      const request = await requestOf(route.name)(subjects, null);
      const of = (slug: string) => ({ ...request, path: request.path.replace('/zz_shop', `/${slug}`) });
      const requests = [of('zz_owner_project'), of('zz_absent_project')] as const;
      await Promise.all(
        callers.map((caller) => {
          return assertSame(route.method, requests, caller, [caller.standing.kind === 'person' ? 404 : 401]);
        }),
      );
    });
  }

  test('in a log-in', async () => {
    const json = { username: 'zz_shop_user', password: 'a wrong password' };
    const nobody = { name: 'nobody', headers: () => ({}) };
    const token = (slug: string) => ({ path: `/projects/${slug}/auth/login`, json });
    const session = (project_slug: string) => ({ path: '/auth/sessions', json: { ...json, project_slug } });
    for (const to of [token, session]) {
      await assertSame('POST', [to('zz_owner_project'), to('zz_absent_project')], nobody, [401]);
    }
  });
});

describe('a table outside the limit of a caller', () => {
  const limited = callers.filter(({ standing }) => standing.kind === 'project' && standing.isLimitedToTables);
  for (const route of ofProjects.filter(({ path }) => path.includes('{table}'))) {
    test(route.name, async () => {
      const request = await requestOf(route.name)(subjects, null);
      const of = (table: string) => ({ ...request, path: request.path.replace(TABLE, `/${table}`) });
      const requests = [of('zz_hidden_salaries'), of('zz_absent_salaries')] as const;
      await Promise.all(limited.map((caller) => assertSame(route.method, requests, caller, [403])));
    });
  }
});

const TABLE = /\/zz_shop_(?:items|scratch|table_\d+)/;

describe('the id of something in another account', () => {
  const { rivalIds } = world;
  const shop = '/projects/zz_shop';
  const project = { project_slug: 'zz_shop_new', project_name: 'zz_shop_new' };
  const strapped = {
    ...project,
    initial_project_user: { username: 'ada', password: 'correct horse battery' },
  };
  type Make = (id: number | string) => RouteRequest;
  const lines: readonly (readonly [method: string, id: number | string, make: Make])[] = [
    ['GET', world.accounts.rival, (id) => ({ path: `/projects?account_id=${id}` })],
    ['POST', world.accounts.rival, (id) => ({ path: '/projects', json: { ...project, account_id: id } })],
    ['POST', world.accounts.rival, (id) => ({ path: '/bootstrap', json: { ...strapped, account_id: id } })],
    [
      'POST',
      rivalIds.account_user_id,
      (id) => ({ path: '/bootstrap', json: { ...strapped, project_api_tokens: tokenOf(id) } }),
    ],
    ['DELETE', rivalIds.token_id, (id) => ({ path: `${shop}/auth/tokens/${id}` })],
    ['GET', rivalIds.user_id, (id) => ({ path: `${shop}/users/${id}` })],
    ['PATCH', rivalIds.user_id, (id) => ({ path: `${shop}/users/${id}`, json: { disabled: true } })],
    ['DELETE', rivalIds.user_id, (id) => ({ path: `${shop}/users/${id}` })],
    ['GET', rivalIds.export_id, (id) => ({ path: `${shop}/exports/${id}` })],
    ['DELETE', rivalIds.export_id, (id) => ({ path: `${shop}/exports/${id}` })],
    ['POST', rivalIds.export_id, (id) => ({ path: `${shop}/exports/${id}/link` })],
    ['GET', rivalIds.export_id, (id) => ({ path: `${shop}/export/download/${id}` })],
    ['GET', rivalIds.request_id, (id) => ({ path: `${shop}/requests/${id}` })],
    ['GET', rivalIds.run_id, (id) => ({ path: `${shop}/operations/${id}` })],
    ['DELETE', rivalIds.session_id, (id) => ({ path: `/auth/sessions/${id}` })],
  ];
  const ofShop = callers.filter(({ sees }) => sees.includes('zz_shop'));
  for (const [method, id, make] of lines) {
    test(`${method} ${make('<id>').path} ${Object.keys(make('').json ?? {}).at(-1) ?? ''}`, async () => {
      const requests = [make(id), make(absentLike(id))] as const;
      await Promise.all(ofShop.map((caller) => assertSame(method, requests, caller, [400, 403, 404])));
    });
  }
});

function tokenOf(account_user_id: number | string): object[] {
  return [{ account_user_id, token_name: 'default' }];
}

/** An id of the same form, which nothing has. */
function absentLike(id: number | string): number | string {
  if (typeof id === 'number') return 999_999;
  return id.slice(0, -2) + (id.endsWith('00') ? '11' : '00');
}
