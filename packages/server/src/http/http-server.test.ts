import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { after, before, describe, test } from 'node:test';

import { Type } from 'typebox';

import { RowhouseError } from '../core/errors.ts';
import { type EdgeServer, startEdgeServer } from '../testing/http/edge-server.ts';
import { assertFailure, assertFailureText } from '../testing/http/envelope-assertions.ts';
import { sendExactly } from '../testing/http/exact-request.ts';
import { parseAnswer } from '../testing/http/raw-request.ts';
import { eventually, nextEvent } from '../testing/system/waiting.ts';
import { envelopeOf, success } from './envelope.ts';
import { projectPath } from './fields/project-slug.ts';
import type { HttpServer } from './http-server.ts';

function registerRoutes(app: HttpServer): void {
  const config = { access: 'public' } as const;
  app.get(
    '/things/:thing',
    {
      config,
      schema: {
        params: Type.Object({ thing: Type.String({ minLength: 1 }) }, { additionalProperties: false }),
        response: { 200: envelopeOf(Type.Object({ thing: Type.String() })) },
      },
    },
    (request) => success(request, { thing: request.params.thing }),
  );
  app.patch(
    '/things/:name',
    {
      config,
      schema: { params: Type.Object({ name: Type.String() }, { additionalProperties: false }) },
    },
    (request) => success(request, {}),
  );
  app.get('/fails/error', { config }, () => {
    throw new Error('SELECT secret FROM /var/lib');
  });
  app.get('/fails/text', { config }, async () => {
    await Promise.reject('SELECT secret FROM /var/lib'); // oxlint-disable-line prefer-promise-reject-errors -- what a library might do
  });
  app.get('/fails/undefined', { config }, async () => {
    await Promise.reject(undefined); // oxlint-disable-line prefer-promise-reject-errors -- what a library might do
  });
  app.get('/fails/registry', { config }, (_request, reply) => {
    reply
      .header('content-disposition', 'attachment')
      .header('etag', '"1"')
      .header('cache-control', 'private');
    throw new RowhouseError('unavailable', 'The database cannot be reached.', {
      cause: new Error('EIO on disk'),
    });
  });
  app.get(
    '/fails/schema',
    { config, schema: { response: { 200: envelopeOf(Type.Object({ count: Type.Integer() })) } } },
    (request) => success(request, { count: 0.5 }),
  );
}

describe('every request', () => {
  let server: EdgeServer;
  before(async () => {
    server = await startEdgeServer(registerRoutes);
  });
  after(() => server.app.close());

  test('is answered with an envelope whose keys are in the documented order', async () => {
    const response = await fetch(`${server.url}/things/chair`);
    const text = await response.text();
    assert.equal(response.status, 200);
    assert.match(
      text,
      /^\{"ok":true,"data":\{"thing":"chair"\},"error":null,"request_id":"req_[^"]+","meta":\{"generated_at":"[^"]+"\}\}$/,
    );
    assert.equal(response.headers.get('x-request-id'), JSON.parse(text).request_id);
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
    assert.equal(response.headers.get('cache-control'), 'no-store');
    assert.equal(response.headers.get('content-type'), 'application/json; charset=utf-8');
  });

  test('gets a different id', async () => {
    const [one, other] = await Promise.all([
      fetch(`${server.url}/things/a`),
      fetch(`${server.url}/things/a`),
    ]);
    assert.notEqual(one.headers.get('x-request-id'), other.headers.get('x-request-id'));
  });

  test('for an unknown URL is not_found, even with a body that is not JSON', async () => {
    await assertFailure(await fetch(`${server.url}/nothing`), 'not_found');
    await assertFailure(await fetch(`${server.url}/`), 'not_found');
    await assertFailure(await fetch(`${server.url}/things/a/b`), 'not_found');
    await assertFailure(await fetch(`${server.url}/nothing`, { method: 'POST', body: '{' }), 'not_found');
    await assertFailure(await fetch(`${server.url}/nothing`, { method: 'OPTIONS' }), 'not_found');
  });

  test('with a method that a known URL does not support is answered with the supported ones', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'PROPFIND', 'QUERY']) {
      const response = await fetch(`${server.url}/things/a?x=1`, { method });
      const error = await assertFailure(response, 'method_not_allowed');
      assert.equal(response.headers.get('allow'), 'GET, HEAD, OPTIONS, PATCH');
      assert.match(error.message, new RegExp(method));
    }
  });

  test('with OPTIONS is answered with the methods, in Allow and in an envelope', async () => {
    const response = await fetch(`${server.url}/things/a`, { method: 'OPTIONS' });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('allow'), 'GET, HEAD, OPTIONS, PATCH');
    const envelope = JSON.parse(await response.text());
    assert.equal(envelope.ok, true);
    assert.deepEqual(envelope.data, { allow: ['GET', 'HEAD', 'OPTIONS', 'PATCH'] });
  });

  test('with HEAD gets the headers of GET, and no body', async () => {
    const get = await fetch(`${server.url}/things/a`);
    const head = await fetch(`${server.url}/things/a`, { method: 'HEAD' });
    assert.equal(head.status, 200);
    assert.equal(head.headers.get('content-length'), String((await get.text()).length));
    assert.equal(await head.text(), '');
    const missing = await fetch(`${server.url}/nothing`, { method: 'HEAD' });
    assert.equal(missing.status, 404);
  });

  for (const path of ['/fails/error', '/fails/text', '/fails/undefined', '/fails/schema']) {
    test(`${path} does not reveal the cause of an error, which the log has under the request's id`, async () => {
      const response = await fetch(server.url + path);
      const text = await response.clone().text();
      const error = await assertFailure(response, 'internal_error');
      assert.equal(error.details, undefined);
      assert.doesNotMatch(text, /SELECT|secret|\/var|stack|count/);
      const id = response.headers.get('x-request-id');
      const entry = server.log.find((line) => line.includes(String(id)));
      assert.match(
        String(entry),
        path === '/fails/undefined' ? /was thrown: undefined/ : /SELECT secret|data\/count/,
      );
    });
  }

  test('with an error of the registry gets its status, and no headers of the successful answer', async () => {
    const response = await fetch(`${server.url}/fails/registry`);
    const error = await assertFailure(response, 'unavailable');
    assert.equal(error.message, 'The database cannot be reached.');
    assert.equal(response.headers.get('retry-after'), '1');
    assert.equal(response.headers.get('content-disposition'), null);
    assert.equal(response.headers.get('etag'), null);
    assert.ok(server.log.some((line) => line.includes('EIO on disk')));
  });

  test('refused before its body has arrived does not affect the next one on its connection', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const connected = nextEvent(server.app.server, 'connection');
    const headers = { 'content-type': 'text/plain' };
    const requested = { method: 'PATCH', target: '/things/a', headers, body: 'x'.repeat(100_000) };
    const first = sendExactly(server.url, requested, agent);
    const [connection]: Socket[] = await connected;
    await first;
    const listeners = connection?.listenerCount('close');
    for (let count = 0; count < 20; count += 1) {
      assert.equal((await sendExactly(server.url, requested, agent)).status, 415);
    }
    assert.equal(connection?.listenerCount('close'), listeners);
    agent.destroy();
  });

  test('with a path that is not percent-encoded UTF-8 is refused', async () => {
    for (const path of ['/things/%zz', '/things/%ff', '/nothing/%e0%a4']) {
      const error = await assertFailure(await fetch(server.url + path), 'validation_failed');
      assert.equal(error.details?.[0]?.field, 'path');
    }
  });
});

describe('a shutdown', () => {
  test('answers requests on an open connection with unavailable, and closes it', async () => {
    await using server = await startEdgeServer(registerRoutes);
    const connected = nextEvent(server.app.server, 'connection');
    const client = connect({ host: '127.0.0.1', port: server.port });
    const [serverSide]: Socket[] = await connected;
    assert.ok(serverSide);
    const start = 'GET /things/a HTTP/1.1\r\nHost: x\r\n';
    client.write(start);
    await eventually(() => serverSide.bytesRead === start.length);

    const closed = server.app.close();
    client.write('\r\n');
    const chunks: Buffer[] = [];
    client.on('data', (chunk: Buffer) => chunks.push(chunk));
    await nextEvent(client, 'end');
    await closed;

    const answer = parseAnswer(Buffer.concat(chunks).toString());
    assertFailureText(
      answer.body,
      { status: answer.status, header: (name) => answer.headers.get(name) },
      'unavailable',
    );
    assert.equal(answer.headers.get('connection'), 'close');
    assert.equal(answer.headers.get('retry-after'), '1');
  });

  test('lets a running request finish, and then closes its connection', async () => {
    const entered = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    await using server = await startEdgeServer((app) => {
      app.addHook('preClose', (done) => {
        begun.resolve();
        done();
      });
      app.get('/slow', { config: { access: 'public' } }, async (request) => {
        entered.resolve();
        await release.promise;
        return success(request, { done: true });
      });
    });
    const answer = fetch(`${server.url}/slow`);
    await entered.promise;
    const closed = server.app.close();
    await begun.promise;
    release.resolve();
    const response = await answer;
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('connection'), 'close');
    assert.deepEqual(JSON.parse(await response.text()).data, { done: true });
    await closed;
  });

  test('closes the connection of an answer that was being sent when it began', async () => {
    const release = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    await using server = await startEdgeServer((app) => {
      app.addHook('preClose', (done) => {
        begun.resolve();
        done();
      });
      app.get('/long', { config: { access: 'public' } }, (_request, reply) =>
        reply.send(Readable.from(inTwoParts(release.promise))),
      );
    });
    const client = connect({ host: '127.0.0.1', port: server.port });
    client.write('GET /long HTTP/1.1\r\nHost: x\r\n\r\n');
    const chunks: Buffer[] = [];
    client.on('data', (chunk: Buffer) => chunks.push(chunk));
    const ended = nextEvent(client, 'end');
    await eventually(() => Buffer.concat(chunks).includes('first '));
    const closed = server.app.close();
    await begun.promise;
    release.resolve();
    await ended;
    await closed;
    assert.match(Buffer.concat(chunks).toString(), /last/);
  });
});

async function* inTwoParts(between: Promise<void>): AsyncGenerator<string> {
  yield 'first ';
  await between;
  yield 'last';
}

describe('a route that violates a rule stops the start', () => {
  const cases: readonly (readonly [rule: RegExp, register: (app: HttpServer) => void])[] = [
    [/config\.access/, (app) => app.get('/open', (request) => success(request, {}))],
    [
      /:project/,
      (app) =>
        app.get('/p', { config: { access: 'project', scope: null } }, (request) => success(request, {})),
    ],
    [
      /config\.scope must be/,
      (app) =>
        app.get(
          '/projects/:project',
          { config: { access: 'project' }, schema: { params: projectPath({}) } },
          (request) => success(request, {}),
        ),
    ],
    [
      /config\.scope must be/,
      (app) =>
        app.get(
          '/projects/:project',
          { config: { access: 'project', scope: [] }, schema: { params: projectPath({}) } },
          (request) => success(request, {}),
        ),
    ],
    [
      /config\.scope and config\.tables are only for routes that accept a project token/,
      (app) =>
        app.get('/p', { config: { access: 'admin', scope: 'project' } }, (request) => success(request, {})),
    ],
    [
      /schema\.params/,
      (app) => app.get('/p/:id', { config: { access: 'admin' } }, (request) => success(request, {})),
    ],
    [
      /body\.properties\.inner.*additionalProperties/,
      (app) =>
        app.post(
          '/p',
          {
            config: { access: 'admin' },
            schema: {
              body: Type.Object(
                { inner: Type.Object({ name: Type.String() }) },
                { additionalProperties: false },
              ),
            },
          },
          (request) => success(request, {}),
        ),
    ],
  ];
  for (const [rule, register] of cases) {
    test(String(rule), async () => {
      await assert.rejects(startEdgeServer(register), rule);
    });
  }
});
