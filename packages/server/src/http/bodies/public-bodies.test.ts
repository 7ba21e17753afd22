import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';

import { borrowTestServer } from '../../testing/http/borrowed-server.ts';
import { type RawAnswer, parseAnswer } from '../../testing/http/raw-request.ts';
import { registeredRoutes } from '../../testing/http/registered-routes.ts';
import type { TestServer } from '../../testing/http/test-server.ts';
import { nextEvent } from '../../testing/system/waiting.ts';
import { createToken } from '../access/token.ts';
import { takesBody } from './takes-body.ts';

let server: TestServer;
before(async () => {
  server = await borrowTestServer();
  await server.createProject('quarry');
});
after(() => server[Symbol.asyncDispose]());

const LOGIN = 'POST /projects/quarry/auth/login';
const JSON_TYPE = 'Content-Type: application/json\r\n';

/** Sends only these bytes and keeps the connection open. @returns the answer. */
async function answerTo(bytes: string): Promise<RawAnswer> {
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(server.url).port) });
  socket.on('error', () => undefined);
  socket.write(bytes);
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  while (!/\r\n\r\n.*\}$/s.test(text)) await nextEvent(socket, 'data');
  socket.destroy();
  return parseAnswer(text);
}

function codeOf({ body }: RawAnswer): string {
  return JSON.parse(body).error?.code;
}

test('no route reads a body before authentication: the answer arrives before any of the body is sent', async () => {
  const routes = (await registeredRoutes())
    .filter(({ method }) => takesBody(method))
    .map(({ method, url, config }) => ({
      request: `${method} ${url.replace(':project', 'quarry').replaceAll(/:\w+/g, '1')}`,
      isPublic: config.access === 'public',
    }));
  assert.ok(routes.length > 30);
  assert.deepEqual(
    routes.filter(({ isPublic }) => isPublic).map(({ request }) => request),
    [LOGIN, 'POST /auth/sessions'],
  );
  const tokens = ['', 'Authorization: Bearer nobody\r\n', `Authorization: Bearer ${createToken('pat')}\r\n`];
  for (const { request, isPublic } of routes) {
    for (const token of tokens) {
      const head = `${request} HTTP/1.1\r\nHost: x\r\n${token}${JSON_TYPE}Content-Length: 10485760\r\n\r\n`;
      const answer = await answerTo(head);
      assert.equal(answer.status, isPublic ? 413 : 401, `${request} with ${JSON.stringify(token)}`);
    }
  }
});

test('an unknown URL or method is answered before its body is read', async () => {
  for (const [request, status] of [
    ['POST /nowhere', 404],
    ['PUT /projects/quarry/auth/login', 405],
    ['POST /healthz', 405],
    ['OPTIONS /projects/quarry/auth/login', 200],
  ] as const) {
    const head = `${request} HTTP/1.1\r\nHost: x\r\n${JSON_TYPE}`;
    assert.equal((await answerTo(`${head}Content-Length: 10485760\r\n\r\n`)).status, status, request);
    assert.equal((await answerTo(`${head}Transfer-Encoding: chunked\r\n\r\n5\r\n`)).status, status, request);
  }
});

describe('a body without a token', () => {
  const wrong = '{"username":"a","password":"b"}';

  test('is limited to 16 KiB by its Content-Length', async () => {
    const head = `${LOGIN} HTTP/1.1\r\nHost: x\r\n${JSON_TYPE}Content-Length: `;
    assert.equal(
      codeOf(await answerTo(`${head}16384\r\n\r\n${wrong.padEnd(16_384)}`)),
      'invalid_credentials',
    );
    const refused = await answerTo(`${head}16385\r\n\r\n`);
    assert.equal(codeOf(refused), 'payload_too_large');
    assert.match(refused.body, /16384 bytes/);
  });

  test('is limited to 16 KiB while it arrives', async () => {
    const head = `${LOGIN} HTTP/1.1\r\nHost: x\r\n${JSON_TYPE}Transfer-Encoding: chunked\r\n\r\n`;
    const fits = `4000\r\n${wrong.padEnd(16_384)}\r\n`;
    assert.equal(codeOf(await answerTo(`${head}${fits}0\r\n\r\n`)), 'invalid_credentials');
    assert.equal(codeOf(await answerTo(`${head}${fits}1\r\n `)), 'payload_too_large');
    assert.equal(codeOf(await answerTo(`${head}${'1\r\n \r\n'.repeat(16_385)}`)), 'payload_too_large');
  });
});
