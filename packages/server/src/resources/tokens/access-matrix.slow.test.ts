import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';

import { type Caller, everyCaller } from '../../testing/access/callers.ts';
import { type DocumentedRoute, documentedRoutes } from '../../testing/access/documented-access.ts';
import { expectedAnswer, STATUS_OF_REFUSAL } from '../../testing/access/expected-answer.ts';
import { prepareSubjects, requestOf, type RouteRequest } from '../../testing/access/route-requests.ts';
import { type Received, sendRequest } from '../../testing/access/send-request.ts';
import { createTwoAccounts, NAME_STARTS } from '../../testing/access/two-accounts.ts';
import { registeredRoutes } from '../../testing/http/registered-routes.ts';
import { startTestServer } from '../../testing/http/test-server.ts';

/**
 * Every route with every kind of credential. Who may call a route is read from docs/reference/http-api.md, so a route that allows more
 * or less than its page states fails here.
 */

/** Ends the admin credential, which the other tests use. */
const LAST_ROUTE = 'POST /admin/token';

const registered = await registeredRoutes();
const server = await startTestServer();
after(() => server[Symbol.asyncDispose]());
const world = await createTwoAccounts(server);
const callers = await everyCaller(world);
const subjects = await prepareSubjects(world);
const routes = documentedRoutes();

describe('every route answers each credential as its page states, and names nothing of others', () => {
  for (const route of routes.filter(({ name }) => name !== LAST_ROUTE)) {
    test(route.name, () =>
      callWithEach(route, route.access.kind === 'public' ? oneOfEachKind(callers) : callers),
    );
  }
});

/** A public route does not look at the credential. */
function oneOfEachKind(all: readonly Caller[]): readonly Caller[] {
  return [...new Map(all.map((caller) => [caller.standing.kind, caller])).values()];
}

/** Calls as several callers at once. A project refuses queries if many of them wait. */
async function callWithEach(route: DocumentedRoute, who: readonly Caller[], atOnce = 8): Promise<void> {
  // A refused request changes nothing, so all who are refused can send the same one.
  const refused = await requestOf(route.name)(subjects, null);
  for (let begin = 0; begin < who.length; begin += atOnce) {
    await Promise.all(who.slice(begin, begin + atOnce).map((caller) => callAs(caller, route, refused)));
  }
}

async function callAs(caller: Caller, route: DocumentedRoute, refused: RouteRequest): Promise<void> {
  const expected = expectedAnswer(route.access, caller);
  const request = expected === 'allowed' ? await requestOf(route.name)(subjects, caller) : refused;
  const received = await sendRequest(server, route.method, request, caller.headers());
  const what = `${route.method} ${request.path} of ${caller.name}: ${received.text.slice(0, 1_000)}`;
  if (expected === 'allowed') assertAllowed(received, request, what);
  else assertRefused(received, expected, what);
  assertNamesOnly(namesSeen(caller, route), received, request, what);
  await request.afterwards?.();
}

function namesSeen({ sees, standing }: Caller, { name, access }: DocumentedRoute): readonly string[] {
  // The password or the link of a public route is a permission of its own.
  if (access.kind === 'public') return ['zz_shop'];
  // The audit trail of a project names the people of its account.
  const isAudit = name === 'GET /projects/{project}/audit';
  return isAudit && standing.kind === 'project' && standing.isOfProject ? [...sees, 'zz_acme'] : sees;
}

function assertAllowed({ status }: Received, request: RouteRequest, what: string): void {
  if (request.status === undefined) assert.ok(status < 300, what);
  else assert.equal(status, request.status, what);
}

function assertRefused(
  { status, code }: Received,
  expected: keyof typeof STATUS_OF_REFUSAL,
  what: string,
): void {
  assert.equal(code, expected, what);
  assert.equal(status, STATUS_OF_REFUSAL[expected], what);
}

/** The request's own words may be in its answer. */
function assertNamesOnly(
  allowed: readonly string[],
  { headers, text }: Received,
  { json }: RouteRequest,
  what: string,
): void {
  const sent: unknown = Object.values(json ?? {})[0];
  const answer = JSON.stringify(headers) + text;
  const others = typeof sent === 'string' ? answer.replaceAll(sent, '') : answer;
  for (const start of NAME_STARTS) {
    if (allowed.includes(start)) continue;
    const at = others.indexOf(start);
    assert.ok(at === -1, `${others.slice(Math.max(0, at - 200), at + 100)}\nin ${what}`);
  }
}

test('HEAD is as limited as GET, and refuses a request without a credential', async () => {
  for (const { method, url, config } of registered.filter((route) => route.method === 'HEAD')) {
    const get = registered.find((route) => route.method === 'GET' && route.url === url);
    assert.ok(get !== undefined, url);
    const rules = ({ access, scope, tables }: typeof config) => ({ access, scope, tables });
    assert.deepEqual(rules(config), rules(get.config), url);
    if (config.access === 'public') continue;
    const path = url.replace(':project', 'zz_shop').replaceAll(/:\w+/g, '1');
    assert.equal((await sendRequest(server, method, { path }, {})).status, 401, url);
  }
});

describe('a page of another origin cannot use a session', () => {
  const { port } = new URL(server.url);
  const pages = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site', origin: `http://127.0.0.1:${Number(port) + 1}` },
    { origin: 'https://evil.example' },
  ];
  // A user who lacks a scope would be refused anyway.
  const people = callers.filter(({ name, session }) => session !== null && !name.includes('without'));
  for (const route of routes.filter(({ access }) => access.kind !== 'public')) {
    test(route.name, async () => {
      const request = await requestOf(route.name)(subjects, null);
      const calls = people.flatMap((caller) => pages.map((page) => ({ caller, page })));
      await Promise.all(
        calls.map(async ({ caller, page }) => {
          const { cookie = '' } = caller.headers();
          const received = await sendRequest(server, route.method, request, { cookie, ...page });
          assertRefused(received, 'permission_denied', `${caller.name}, ${JSON.stringify(page)}`);
          assert.match(received.text, /only for pages of this server/, caller.name);
        }),
      );
    });
  }
});

test(`${LAST_ROUTE}: only the admin replaces the admin credential`, async () => {
  const route = routes.find(({ name }) => name === LAST_ROUTE);
  assert.ok(route !== undefined);
  // One after the other: first the admin token replaces itself, then the session of the owner replaces the new one.
  await callWithEach(route, callers, 1);
});
