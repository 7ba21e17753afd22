import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';

import { type EdgeServer, startEdgeServer } from '../testing/http/edge-server.ts';
import { parseAnswer, sendRaw } from '../testing/http/raw-request.ts';
import { success } from './envelope.ts';
import type { HttpServer } from './http-server.ts';
import { isOwnOrigin, publicBaseOf } from './public-address.ts';

function registerRoutes(app: HttpServer): void {
  app.get('/base', { config: { access: 'public' } }, (request) => {
    const { origin = '' } = request.headers;
    return success(request, { base: publicBaseOf(request), isOwn: isOwnOrigin(request, origin) });
  });
}

interface Seen {
  readonly base: string;
  readonly isOwn: boolean;
}

async function see({ port }: EdgeServer, ...headers: readonly string[]): Promise<Seen> {
  const lines = ['GET /base HTTP/1.1', ...headers, 'Connection: close', '', ''];
  const { status, body } = parseAnswer(await sendRaw(port, lines.join('\r\n')));
  assert.equal(status, 200, body);
  return JSON.parse(body).data;
}

async function baseOf(server: EdgeServer, ...headers: readonly string[]): Promise<string> {
  return (await see(server, ...headers)).base;
}

describe('without a public URL', () => {
  let server: EdgeServer;
  let own: string;
  before(async () => {
    const publicAddress = { publicUrl: null, allowedHosts: ['db.example.org', 'db.example.org:8443'] };
    server = await startEdgeServer(registerRoutes, { publicAddress });
    own = `http://127.0.0.1:${server.port}`;
  });
  after(() => server[Symbol.asyncDispose]());
  const isOwn = async (host: string, origin: string) =>
    (await see(server, `Host: ${host}`, `Origin: ${origin}`)).isOwn;

  for (const [host, base] of [
    ['db.example.org', 'db.example.org'],
    ['DB.Example.ORG:80', 'db.example.org'],
    ['db.example.org:8443', 'db.example.org:8443'],
    ['localhost', 'localhost'],
    ['localhost:8787', 'localhost:8787'],
    ['LocalHost:1', 'localhost:1'],
    ['127.0.0.1:8787', '127.0.0.1:8787'],
    ['127.255.3.4', '127.255.3.4'],
    ['[::1]:8787', '[::1]:8787'],
    ['[0:0:0:0:0:0:0:1]', '[::1]'],
  ] as const) {
    test(`URLs start with the Host ${host}`, async () => {
      assert.equal(await baseOf(server, `Host: ${host}`), `http://${base}`);
    });
  }

  for (const host of [
    'evil.example',
    'evil.example:8787',
    'db.example.org:8444',
    'db.example.org.',
    'db.example.org.evil.example',
    'evil.example/db.example.org',
    'evil.example#localhost',
    'evil.example?localhost',
    'evil.example\\@localhost',
    'localhost@evil.example',
    'user:word@localhost',
    'localhost:80:80',
    'localhost:99999',
    'localhost, evil.example',
    'localhost evil.example',
    'localhost%2eevil.example',
    'localhost.evil.example',
    'evil.localhost',
    '127.0.0.1.evil.example',
    '128.0.0.1',
    '[::1]evil.example',
    '[::2]',
    '::1',
    'ｌocalhost',
    '',
  ]) {
    test(`URLs start with the address of the connection for the Host "${host}"`, async () => {
      assert.equal(await baseOf(server, `Host: ${host}`), own);
    });
  }

  test('headers of proxies have no effect', async () => {
    const base = await baseOf(
      server,
      'Host: evil.example',
      'X-Forwarded-Host: localhost',
      'X-Forwarded-Proto: https',
      'X-Forwarded-Port: 1',
      'Forwarded: host=localhost;proto=https',
    );
    assert.equal(base, own);
  });

  test('a request without a Host, as HTTP/1.0 allows, gets the address of its connection', async () => {
    const { body } = parseAnswer(await sendRaw(server.port, 'GET /base HTTP/1.0\r\n\r\n'));
    assert.equal(JSON.parse(body).data.base, own);
  });

  test('the own origin is that of the URLs, with either scheme', async () => {
    assert.equal(await isOwn('db.example.org', 'http://db.example.org'), true);
    assert.equal(await isOwn('db.example.org', 'https://db.example.org'), true);
    assert.equal(await isOwn('localhost:8787', 'http://localhost:8787'), true);
    assert.equal(await isOwn('evil.example', own), true);
    for (const origin of [
      'http://evil.example',
      'http://db.example.org:8787',
      'ftp://db.example.org',
      'null',
      '',
      'db.example.org',
      'http://db.example.org/',
      'http://db.example.org/path',
      'http://evil@db.example.org',
      'HTTP://DB.EXAMPLE.ORG',
    ]) {
      assert.equal(await isOwn('db.example.org', origin), false, origin);
    }
    // A name that an attacker points to this address is not the service's.
    assert.equal(await isOwn('evil.example', 'http://evil.example'), false);
  });
});

test('with a public URL, neither the Host nor the connection counts', async () => {
  const publicAddress = { publicUrl: 'https://rowhouse.example/db//', allowedHosts: ['db.example.org'] };
  await using server = await startEdgeServer(registerRoutes, { publicAddress });
  for (const host of ['db.example.org', 'localhost', 'evil.example']) {
    const { base, isOwn } = await see(server, `Host: ${host}`, 'Origin: https://rowhouse.example');
    assert.deepEqual([base, isOwn], ['https://rowhouse.example/db', true]);
    for (const origin of [`http://${host}`, `https://${host}`, 'http://rowhouse.example']) {
      assert.equal((await see(server, `Host: ${host}`, `Origin: ${origin}`)).isOwn, false, origin);
    }
  }
});

const hasIpv6 = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === '::1'),
);

test('the address of a connection may be IPv6, or IPv4 on an IPv6 socket', { skip: !hasIpv6 }, async () => {
  await using server = await startEdgeServer(registerRoutes);
  await using both = await startEdgeServer(registerRoutes, {}, '::');
  assert.equal(await baseOf(server, 'Host: evil.example'), `http://127.0.0.1:${server.port}`);
  assert.equal(await baseOf(both, 'Host: evil.example'), `http://127.0.0.1:${both.port}`);
  const socket = connect({ host: '::1', port: both.port });
  socket.write('GET /base HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n');
  const { body } = parseAnswer(await text(socket));
  assert.equal(JSON.parse(body).data.base, `http://[::1]:${both.port}`);
});
