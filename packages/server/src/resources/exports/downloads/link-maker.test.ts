import assert from 'node:assert/strict';
import { test } from 'node:test';

import { borrowTestServer } from '../../../testing/http/borrowed-server.ts';
import { exportNow, projectOf, stones } from '../../../testing/http/exports.ts';
import {
  type Answer,
  fieldsAtFault,
  startTestServer,
  type TestServer,
} from '../../../testing/http/test-server.ts';

const TOKENS = '/projects/quarry/auth/tokens';
const START = Date.parse('2026-11-23T12:00:00Z');
const DAY_S = 86_400;

interface NewToken {
  readonly token: string;
  readonly token_id: number;
}

/** Creates a project with an export. Returns the path of a link request. */
async function quarryOf(server: TestServer): Promise<string> {
  await projectOf(server, 'quarry', stones(3));
  const made = await exportNow(server, 'quarry', 'table/stone');
  return `/projects/quarry/exports/${made.id}/link`;
}

async function newToken(server: TestServer, json: object = {}, token?: string): Promise<NewToken> {
  const body = { revoke_previous: false, ...json };
  const answer = await server.call('POST', TOKENS, { json: body, ...(token !== undefined && { token }) });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return answer.body.data.token;
}

/** Returns the path and query of a new link. */
async function linkOf(server: TestServer, path: string, token?: string, json: unknown = {}): Promise<string> {
  const answer = await server.call('POST', path, { json, ...(token !== undefined && { token }) });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  const { pathname, search } = new URL(answer.body.data.link.url);
  return pathname + search;
}

function expiryOf({ body }: Answer): string {
  return body.data.link.expires_at;
}

async function statusOf(server: TestServer, link: string): Promise<number> {
  const response = await server.fetch('GET', link, { token: null });
  const text = await response.text();
  if (response.status === 403) assert.equal(JSON.parse(text).error.code, 'invalid_link');
  return response.status;
}

test('a link is valid at most as long as the token that creates it', async (context) => {
  context.mock.timers.enable({ apis: ['Date'], now: START + 400 });
  await using server = await startTestServer();
  const path = await quarryOf(server);
  const { token } = await newToken(server, { expires_at: '2026-11-23T12:10:00Z' });
  const lasting = await newToken(server);
  const request = (by: string, json: unknown): Promise<Answer> =>
    server.call('POST', path, { token: by, json });

  const refused = await request(token, { expires_in: 601 });
  assert.equal(refused.body.error?.code, 'permission_denied');
  assert.deepEqual(fieldsAtFault(refused), ['body.expires_in']);
  assert.match(
    refused.body.error?.message ?? '',
    /body\.expires_in must not be greater than 600, the seconds/,
  );
  assert.equal(expiryOf(await request(token, { expires_in: 600 })), '2026-11-23T12:10:00Z');
  assert.equal(expiryOf(await request(token, { expires_in: 1 })), '2026-11-23T12:00:01Z');
  assert.equal(expiryOf(await request(token, {})), '2026-11-23T12:10:00Z');
  assert.equal(expiryOf(await request(lasting.token, {})), '2026-11-23T13:00:00Z');
  const year = await request(lasting.token, { expires_in: 365 * DAY_S });
  assert.equal(expiryOf(year), '2027-11-23T12:00:00Z');
});

test('a revoked token ends its links, and no others', async () => {
  await using server = await borrowTestServer();
  const path = await quarryOf(server);
  const [doomed, other] = [await newToken(server), await newToken(server)];
  const dead = [
    await linkOf(server, path, doomed.token),
    await linkOf(server, path, doomed.token, { expires_in: 30 * DAY_S }),
  ];
  const alive = [await linkOf(server, path, other.token), await linkOf(server, path)];
  for (const link of [...dead, ...alive]) assert.equal(await statusOf(server, link), 200);

  assert.equal((await server.call('DELETE', `${TOKENS}/${doomed.token_id}`)).status, 200);
  for (const link of dead) assert.equal(await statusOf(server, link), 403);
  for (const link of alive) assert.equal(await statusOf(server, link), 200);
  const late = await server.call('POST', path, { token: doomed.token, json: {} });
  assert.equal(late.body.error?.code, 'invalid_token');
});

test('the maker in a link cannot be removed, added or exchanged', async () => {
  await using server = await borrowTestServer();
  const path = await quarryOf(server);
  const [maker, other] = [await newToken(server), await newToken(server)];
  const link = await linkOf(server, path, maker.token);
  const name = `&maker=token-${maker.token_id}`;
  assert.ok(link.includes(name), link);
  const unnamed = await linkOf(server, path);
  for (const altered of [
    link.replace(name, ''),
    link.replace(name, '&maker='),
    link.replace(name, `&maker=token-${other.token_id}`),
    link.replace(name, `&maker=${maker.token_id}`),
    link.replace(name, `${name}%20`),
    `${unnamed}${name}`,
    `${unnamed}&maker=`,
  ]) {
    assert.equal(await statusOf(server, altered), 403, altered);
  }
});

test('the links of a replaced token stay valid, for as long as they last, until the token is deleted', async (context) => {
  context.mock.timers.enable({ apis: ['Date'], now: START });
  await using server = await startTestServer({ tokenKeptDays: 1 });
  const path = await quarryOf(server);
  const first = await newToken(server);
  const long = await linkOf(server, path, first.token, { expires_in: 40 * DAY_S });
  await linkOf(server, path, first.token, { expires_in: 1 });
  const second = await newToken(server, { revoke_previous: true }, first.token);
  const me = await server.call('GET', '/projects/quarry/auth/me', { token: first.token });
  assert.equal(me.body.error?.code, 'invalid_token');
  assert.equal(await statusOf(server, long), 200);

  const tokenIdsAt = async (days: number): Promise<readonly number[]> => {
    context.mock.timers.setTime(START + days * DAY_S * 1_000);
    await server.restart();
    const { body } = await server.call('GET', TOKENS);
    return body.data.tokens.map(({ id }: { readonly id: number }) => id);
  };
  assert.deepEqual(await tokenIdsAt(39), [second.token_id, first.token_id]);
  assert.equal(await statusOf(server, long), 200);
  assert.equal((await server.call('DELETE', `${TOKENS}/${first.token_id}`)).status, 200);
  assert.equal(await statusOf(server, long), 403);
  // A token without valid links is removed as before.
  assert.deepEqual(await tokenIdsAt(39), [second.token_id]);
  assert.equal(await statusOf(server, long), 403);
});

test('a replaced token is removed when its last link has expired', async (context) => {
  context.mock.timers.enable({ apis: ['Date'], now: START });
  await using server = await startTestServer({ tokenKeptDays: 1 });
  const path = await quarryOf(server);
  const first = await newToken(server);
  await linkOf(server, path, first.token, { expires_in: 3 * DAY_S });
  const second = await newToken(server, { revoke_previous: true }, first.token);
  context.mock.timers.setTime(START + 3 * DAY_S * 1_000);
  await server.restart();
  const { tokens } = (await server.call('GET', TOKENS)).body.data;
  assert.deepEqual(
    tokens.map(({ id }: { readonly id: number }) => id),
    [second.token_id],
  );
});
