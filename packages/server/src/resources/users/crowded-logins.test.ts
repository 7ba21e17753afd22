import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { test } from 'node:test';

import type { ServiceOptions } from '../../compose.ts';
import { PASSWORD_COST } from '../../passwords/passwords.ts';
import { type OwnTestServer, startTestServer } from '../../testing/http/test-server.ts';
import { eventually, nextEvent } from '../../testing/system/waiting.ts';

/** Logins wait for each other. */
const REAL_COST = { passwordCost: PASSWORD_COST };
const ada = { username: 'ada', password: 'correct horse battery' };
const wrong = (username: string) => ({ username, password: 'a wrong guess' });

interface LoginAnswer {
  readonly status: number;
  readonly code: string | undefined;
  readonly retryAfter: string | undefined;
}

/** With the project `crm` and its user Ada. */
async function startWithAda(options: ServiceOptions = {}): Promise<OwnTestServer> {
  const server = await startTestServer({}, options);
  const body = { project_slug: 'crm', project_name: 'CRM', initial_project_user: ada };
  assert.equal((await server.call('POST', '/bootstrap', { json: body })).status, 201);
  return server;
}

/** Logs in from an address of the loopback network. */
async function logIn(
  server: OwnTestServer,
  body: object,
  { from = '127.0.0.1', agent }: { readonly from?: string; readonly agent?: Agent } = {},
): Promise<LoginAnswer> {
  const sent = request(`${server.url}/projects/crm/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    localAddress: from,
    agent: agent ?? new Agent(),
  });
  sent.end(JSON.stringify(body));
  const [response] = await nextEvent(sent, 'response');
  const { error } = (await json(response)) as { readonly error: { readonly code: string } | null };
  return { status: response.statusCode, code: error?.code, retryAfter: response.headers['retry-after'] };
}

test('eighty logins with made-up names keep no user out, from their address or from another', async () => {
  await using server = await startWithAda(REAL_COST);
  let answered = 0;
  const crowd = Array.from({ length: 80 }, async (_, number) => {
    const answer = await logIn(server, wrong(`made-up-${number}`));
    answered += 1;
    return answer;
  });
  await eventually(() => answered > 0);
  assert.equal((await logIn(server, ada, { from: '127.0.0.2' })).status, 201);
  assert.ok(answered < 80, 'the others still wait');

  const codes = (await Promise.all(crowd)).map(({ code }) => code);
  assert.equal(codes.filter((code) => code === 'invalid_credentials').length, 9);
  assert.equal(codes.filter((code) => code === 'rate_limited').length, 71);
  assert.equal((await logIn(server, ada)).status, 201);
});

test('after twenty failures, an address gets the same answer for known and unknown names, and the right password logs in', async (context) => {
  context.mock.timers.enable({ apis: ['Date'], now: Date.parse('2026-11-23T12:00:00Z') });
  await using server = await startWithAda();
  for (let number = 0; number < 20; number++) {
    assert.equal((await logIn(server, wrong(`made-up-${number}`))).status, 401);
  }
  const limited = { status: 429, code: 'rate_limited', retryAfter: '600' };
  assert.deepEqual(await logIn(server, wrong('ada')), limited);
  assert.deepEqual(await logIn(server, wrong('eve')), limited);
  assert.equal((await logIn(server, ada)).status, 201);
  assert.equal((await logIn(server, wrong('ada'), { from: '127.0.0.2' })).status, 401);
});

test('logins whose clients have disconnected are not checked', async () => {
  await using server = await startWithAda(REAL_COST);
  const agent = new Agent();
  const left = (from: string, username: string) =>
    Array.from({ length: 9 }, () => logIn(server, wrong(username), { from, agent }).catch(() => null));
  // The others take turns with Ada's, so few of hers are checked before the clients disconnect.
  const others = ['127.0.0.4', '127.0.0.5', '127.0.0.6', '127.0.0.7'];
  const all = [...others.flatMap((from) => left(from, 'eve')), ...left('127.0.0.3', 'ada')];
  // The next is refused, so all have arrived.
  await eventually(async () => (await logIn(server, ada, { from: '127.0.0.3' })).status === 429);
  agent.destroy();
  await Promise.all(all);

  for (let tries = 0; tries < 6; tries++) {
    assert.equal((await logIn(server, wrong('ada'), { from: '127.0.0.3' })).status, 401);
  }
});
