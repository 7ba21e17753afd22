import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';

import { type EdgeServer, startEdgeServer, tokensOf } from '../../testing/http/edge-server.ts';
import { assertFailure } from '../../testing/http/envelope-assertions.ts';
import { eventually, nextEvent } from '../../testing/system/waiting.ts';
import { success } from '../envelope.ts';
import { projectPath } from '../fields/project-slug.ts';
import { EdgeCounts } from '../observability/edge-counts.ts';

const authenticator = tokensOf(new Map([['adm', { kind: 'admin' }]]));
/** Longer than the tests that do not depend on this limit take to send a body. */
const BODY_MS = 500;
const headers = { authorization: 'Bearer adm' };

/** Starts a server on which `/projects/:project/wait` is answered once `release` is called. */
async function startServer(counts: EdgeCounts): Promise<EdgeServer & { release: () => void }> {
  const released = Promise.withResolvers<void>();
  const server = await startEdgeServer(
    (app) => {
      app.post(
        '/projects/:project/wait',
        {
          config: { access: 'project', scope: null, tables: 'untouched' },
          schema: { params: projectPath({}) },
        },
        async (request) => {
          await released.promise;
          return success(request, {});
        },
      );
      app.get('/alive', { config: { access: 'public', essential: true } }, (request) => success(request, {}));
    },
    {
      workLimits: { total: 3, perProject: 2 },
      timeouts: { bodyMs: BODY_MS },
      counts,
      authenticator,
    },
  );
  return { ...server, release: released.resolve };
}

function wait(server: EdgeServer, project: string): Promise<Response> {
  return fetch(`${server.url}/projects/${project}/wait`, { method: 'POST', headers });
}

async function untilWaiting(counts: EdgeCounts, number: number): Promise<void> {
  await eventually(() => counts.requestsInFlight >= number);
}

test('the number of waiting requests is limited for each project, so that others have room, and for all together', async () => {
  const counts = new EdgeCounts();
  await using server = await startServer(counts);
  const waiting = [wait(server, 'a'), wait(server, 'A')];
  await untilWaiting(counts, 2);
  const refused = await wait(server, 'a');
  await assertFailure(refused, 'unavailable');
  assert.equal(refused.headers.get('retry-after'), '1');

  waiting.push(wait(server, 'b'));
  await untilWaiting(counts, 3);
  await assertFailure(await wait(server, 'c'), 'unavailable');
  assert.equal((await fetch(`${server.url}/alive`)).status, 200);
  assert.equal(counts.requestsOverloaded, 2);
  assert.equal(server.log.filter((line) => line.includes('too many are waiting')).length, 1);

  server.release();
  for (const answer of await Promise.all(waiting)) assert.equal(answer.status, 200);
  for (const project of ['a', 'a', 'a', 'c']) assert.equal((await wait(server, project)).status, 200);
  assert.equal(counts.requestsInFlight, 0);
});

test('a request whose body is still arriving takes no place, and one that disconnects frees its place', async () => {
  const counts = new EdgeCounts();
  await using server = await startServer(counts);
  server.release();
  const head = 'POST /projects/a/wait HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer adm\r\n';
  const slow = Array.from({ length: 5 }, () => {
    const client = connect({ host: '127.0.0.1', port: server.port });
    client.on('error', () => undefined);
    client.write(`${head}Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{`);
    return client;
  });
  await untilWaiting(counts, 5);
  assert.equal((await wait(server, 'a')).status, 200);
  for (const client of slow) client.destroy();
  await eventually(() => counts.requestsInFlight === 0);
  assert.equal((await wait(server, 'a')).status, 200);
});

test('a request whose body was too late has been answered, and the rest of its body takes no place', async () => {
  const counts = new EdgeCounts();
  await using server = await startServer(counts);
  server.release();
  const head = 'POST /projects/a/wait HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer adm\r\n';
  const late = Array.from({ length: 3 }, async () => {
    const client = connect({ host: '127.0.0.1', port: server.port });
    client.write(`${head}Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{`);
    const [answer]: Buffer[] = await nextEvent(client, 'data');
    client.on('error', () => undefined).end('}');
    await once(client, 'close');
    return answer?.toString('latin1', 9, 12);
  });
  assert.deepEqual(await Promise.all(late), ['408', '408', '408']);
  assert.equal(counts.requestsInFlight, 0);
  for (const project of ['a', 'a', 'a']) assert.equal((await wait(server, project)).status, 200);
});
