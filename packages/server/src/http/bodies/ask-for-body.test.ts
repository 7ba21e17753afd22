import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';

import { startTestServer, type TestServer, ADMIN_TOKEN } from '../../testing/http/test-server.ts';
import { nextEvent } from '../../testing/system/waiting.ts';

let server: TestServer;
before(async () => {
  server = await startTestServer({ importMaxBytes: 1_000_000 });
  await server.createProject('shop');
  await server.call('POST', '/projects/shop/table', { json: { table_name: 'goods' } });
});
after(() => server[Symbol.asyncDispose]());

interface Sent {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly token?: string;
}

const TABLE = '/projects/shop/table';
const JSON_TYPE = 'application/json';

/** Sends headers that ask whether to send the body, and returns everything that the server sends before the body. */
async function ask(sent: Sent, body?: string): Promise<string> {
  const { path, headers = {}, token = ADMIN_TOKEN } = sent;
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(server.url).port) });
  let received = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => (received += chunk));
  const lines = Object.entries({
    Host: 'x',
    Authorization: `Bearer ${token}`,
    Expect: '100-continue',
    ...headers,
  });
  socket.write(`POST ${path} HTTP/1.1\r\n${lines.map((line) => `${line.join(': ')}\r\n`).join('')}\r\n`);
  await nextEvent(socket, 'data');
  if (received.startsWith('HTTP/1.1 100')) {
    assert.ok(body !== undefined, 'the body is asked for');
    socket.write(body);
  }
  while (!/\r\n\r\n\{.*\}$/s.test(received)) await nextEvent(socket, 'data');
  socket.destroy();
  return received;
}

describe('a client that asks whether to send its body', () => {
  const type = { 'Content-Type': JSON_TYPE };
  const length = { 'Content-Length': '20' };
  const chunked = { 'Transfer-Encoding': 'chunked' };
  const refused: readonly (readonly [why: string, sent: Sent, code: string])[] = [
    ['too large', { path: TABLE, headers: { ...type, 'Content-Length': '10485761' } }, 'payload_too_large'],
    [
      'another type',
      { path: TABLE, headers: { 'Content-Type': 'text/plain', ...length } },
      'unsupported_media_type',
    ],
    [
      'another type, in chunks',
      { path: TABLE, headers: { 'Content-Type': 'text/plain', ...chunked } },
      'unsupported_media_type',
    ],
    ['no type', { path: TABLE, headers: length }, 'unsupported_media_type'],
    [
      'an unknown encoding',
      { path: TABLE, headers: { ...type, ...length, 'Content-Encoding': 'br' } },
      'unsupported_media_type',
    ],
    [
      'an unknown token',
      { path: TABLE, token: 'adm_nobody', headers: { ...type, ...length } },
      'invalid_token',
    ],
    [
      'no token',
      { path: TABLE, headers: { Authorization: 'none', ...type, ...length } },
      'missing_authorization',
    ],
    ['an unknown route', { path: '/nowhere', headers: { ...type, ...length } }, 'not_found'],
    ['another method', { path: '/healthz', headers: { ...type, ...length } }, 'method_not_allowed'],
    [
      'a file of another type',
      { path: '/projects/shop/import/sqlite', headers: { ...type, ...length } },
      'unsupported_media_type',
    ],
    [
      'a file that is too large',
      {
        path: '/projects/shop/import/sqlite?replace=1',
        headers: { 'Content-Type': 'application/octet-stream', 'Content-Length': '1000001' },
      },
      'payload_too_large',
    ],
    [
      'a file for a project with tables',
      {
        path: '/projects/shop/import/sqlite',
        headers: { 'Content-Type': 'application/octet-stream', ...length },
      },
      'conflict',
    ],
  ];
  for (const [why, sent, code] of refused) {
    test(`gets the final status: ${why}`, async () => {
      const answer = await ask(sent);
      assert.doesNotMatch(answer, /100 Continue/);
      assert.match(answer, new RegExp(`^HTTP/1\\.1 4\\d\\d [^]*"code":"${code}"`));
    });
  }

  test('is asked for a body that the headers do not refuse, and only once', async () => {
    const body = '{"table_name":"asked"}';
    const headers = { ...type, 'Content-Length': String(body.length) };
    const answer = await ask({ path: TABLE, headers }, body);
    assert.match(answer, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 201 /);
    const inChunks = '13\r\n{"table_name":"ch"}\r\n0\r\n\r\n';
    assert.match(
      await ask({ path: TABLE, headers: { ...type, ...chunked } }, inChunks),
      /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 201 /,
    );
    const file = { 'Content-Type': 'application/octet-stream', 'Content-Length': '7' };
    assert.match(
      await ask({ path: '/projects/shop/import/sqlite?replace=1', headers: file }, 'no file'),
      /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 400 /,
    );
  });

  test('that asked and sends anyway reads why its body was refused', async () => {
    for (let time = 0; time < 20; time++) {
      const socket = connect({ host: '127.0.0.1', port: Number(new URL(server.url).port) });
      let received = '';
      socket.setEncoding('latin1').on('data', (chunk: string) => (received += chunk));
      socket.on('error', () => undefined);
      const body = 'a'.repeat(8_000_000);
      socket.write(
        `POST ${TABLE} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
      await Promise.race([nextEvent(socket, 'data'), nextEvent(socket, 'close')]);
      assert.match(received, /^HTTP\/1\.1 401 /);
      socket.destroy();
    }
  });
});
