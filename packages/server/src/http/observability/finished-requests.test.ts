import assert from 'node:assert/strict';
import { createReadStream, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import test from 'node:test';

import { RowhouseError } from '../../core/errors.ts';
import { startEdgeServer } from '../../testing/http/edge-server.ts';
import { temporaryFolder } from '../../testing/system/temporary-folder.ts';
import { takeByteStreams } from '../bodies/body-parsing.ts';
import type { HttpServer } from '../http-server.ts';
import type { FinishedRequest } from './finished-requests.ts';

test('each finished request is reported with its route and its error, and without its content', async () => {
  const finished: FinishedRequest[] = [];
  await using server = await startEdgeServer(
    (app) => {
      app.get('/kept', { config: { access: 'public' } }, () => ({ secret: 'not told' }));
      app.get('/refused', { config: { access: 'public', errors: ['conflict'] } }, () => {
        throw new RowhouseError('conflict', 'No.');
      });
    },
    { observers: [(one) => finished.push(one)] },
  );
  const ids: (string | null)[] = [];
  for (const path of ['/kept', '/refused', '/nowhere']) {
    const answer = await fetch(server.url + path);
    await answer.text();
    ids.push(answer.headers.get('x-request-id'));
  }
  assert.deepEqual(
    finished.map(({ requestId, method, route, status, errorCode }) => [
      requestId,
      method,
      route,
      status,
      errorCode,
    ]),
    [
      [ids[0], 'GET', '/kept', 200, null],
      [ids[1], 'GET', '/refused', 409, 'conflict'],
      [ids[2], 'GET', null, 404, 'not_found'],
    ],
  );
  assert.ok(finished.every(({ durationMs, credential }) => durationMs > 0 && credential === null));
  assert.doesNotMatch(JSON.stringify(finished), /not told/);
});

test('a request whose client disconnected before the answer is reported once', async () => {
  const finished: FinishedRequest[] = [];
  const begun = Promise.withResolvers<void>();
  const left = Promise.withResolvers<void>();
  await using server = await startEdgeServer(
    (app) => {
      app.get('/slow', { config: { access: 'public' } }, async (_request, reply) => {
        begun.resolve();
        reply.raw.once('close', () => left.resolve());
        await left.promise;
        return { late: true };
      });
    },
    { observers: [(one) => finished.push(one)] },
  );
  const leaving = new AbortController();
  const sent = fetch(`${server.url}/slow`, { signal: leaving.signal });
  await begun.promise;
  leaving.abort();
  await assert.rejects(sent);
  await left.promise;
  await (await fetch(`${server.url}/nowhere`)).text();
  assert.deepEqual(
    finished.map(({ route, status, errorCode, bytesOut }) => [route, status, errorCode, bytesOut > 0]),
    [
      ['/slow', 499, null, false],
      [null, 404, 'not_found', true],
    ],
  );
});

test('only the bytes of bodies are counted; for streams, the bytes that were transferred', async () => {
  const finished: FinishedRequest[] = [];
  const all = Promise.withResolvers<void>();
  using folder = temporaryFolder();
  const path = join(folder.path, 'file');
  writeFileSync(path, 'x'.repeat(200_000));
  await using server = await startEdgeServer(
    (app) => {
      app.post('/json', { config: { access: 'public' } }, () => ({ ok: true }));
      app.get('/file', { config: { access: 'public' } }, (_request, reply) =>
        reply.header('content-length', 200_000).send(createReadStream(path)),
      );
      void app.register(async (scope: HttpServer) => {
        takeByteStreams(scope, ['application/octet-stream']);
        scope.post('/stream', { config: { access: 'public', body: 'stream' } }, async (request) => {
          const received = await buffer(request.body as Readable);
          return { received: received.byteLength };
        });
      });
    },
    { observers: [(one) => finished.push(one) === 4 && all.resolve()] },
  );
  const send = async (
    method: string,
    route: string,
    type?: string,
    body?: RequestInit['body'],
  ): Promise<string> => {
    const headers = type === undefined ? {} : { 'content-type': type };
    const init: RequestInit = { method, headers, duplex: 'half', ...(body !== undefined && { body }) };
    return (await fetch(server.url + route, init)).text();
  };
  await send('POST', '/json', 'application/json', '{}');
  const chunked = new Blob(['y'.repeat(300_000)]).stream();
  assert.equal(await send('POST', '/stream', 'application/octet-stream', chunked), '{"received":300000}');
  await send('GET', '/file');
  await send('HEAD', '/file');
  await all.promise;
  finished.sort((a, b) => (a.requestId < b.requestId ? -1 : 1));
  assert.deepEqual(
    finished.map(({ bytesIn, bytesOut }) => [bytesIn, bytesOut]),
    [
      [2, 11],
      [300_000, 19],
      [0, 200_000],
      [0, 0],
    ],
  );
});
