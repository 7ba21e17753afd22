import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';

import { type EdgeServer, startEdgeServer, tokensOf } from '../../testing/http/edge-server.ts';
import { assertFailure } from '../../testing/http/envelope-assertions.ts';
import { eventually } from '../../testing/system/waiting.ts';
import { success } from '../envelope.ts';
import type { HttpServerOptions } from '../http-server.ts';
import { EdgeCounts } from '../observability/edge-counts.ts';
import { createServiceLog } from '../observability/service-log.ts';
import { ThrottledLog } from '../observability/throttled-log.ts';
import { BodyMemory } from './body-memory.ts';

const authenticator = tokensOf(new Map([['adm', { kind: 'admin' }]]));
const headers = { authorization: 'Bearer adm', 'content-type': 'application/json' };

async function startServer(options: Partial<HttpServerOptions>): Promise<EdgeServer> {
  return startEdgeServer(
    (app) => {
      app.post('/notes', { config: { access: 'admin' } }, (request) => success(request, {}));
    },
    { authenticator, ...options },
  );
}

const head = (length: string) =>
  `POST /notes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer adm\r\nContent-Type: application/json\r\n${length}\r\n\r\n`;

/** Sends these bytes and keeps the connection open. Received data is added to `answers`. */
function send(server: EdgeServer, bytes: string, answers: string[] = []): Socket {
  const socket = connect({ host: '127.0.0.1', port: server.port });
  socket.on('error', () => undefined).on('data', (chunk: Buffer) => answers.push(chunk.toString('latin1')));
  socket.write(bytes);
  return socket;
}

function post(server: EdgeServer, length: number): Promise<Response> {
  return fetch(`${server.url}/notes`, { method: 'POST', headers, body: '{}'.padEnd(length) });
}

test('incomplete bodies hold at most the memory limit, and more are refused', async () => {
  const counts = new EdgeCounts();
  const bodyMemory = { total: 1_000_000, perAddress: 1_000_000 };
  await using server = await startServer({ counts, bodyMemory });
  const answers: string[] = [];
  const clients = Array.from({ length: 60 }, () =>
    send(server, head('Content-Length: 100016') + ' '.repeat(100_000), answers),
  );
  // Each body of 100,016 bytes is either held or refused.
  await eventually(() => counts.bodiesRefused >= 50);
  await eventually(() => answers.length === counts.bodiesRefused);
  assert.ok(counts.bodyBytesHeld <= 1_000_000, String(counts.bodyBytesHeld));
  for (const answer of answers)
    assert.match(answer, /^HTTP\/1\.1 503 [^]*retry-after: 1\r\n[^]*"unavailable"/i);
  assert.match(server.log.join(''), /"level":"warn".*bodies are refused/);
  const refused = await post(server, 500_000);
  await assertFailure(refused, 'unavailable');

  for (const client of clients) client.destroy();
  await eventually(() => counts.bodyBytesHeld === 0);
  assert.equal((await post(server, 500_000)).status, 200);
  assert.equal(counts.bodyBytesHeld, 0);
});

test('a Content-Length reserves no memory: only received bytes count', async () => {
  const counts = new EdgeCounts();
  await using server = await startServer({ counts, bodyMemory: { total: 1_000_000, perAddress: 1_000_000 } });
  const clients = Array.from({ length: 50 }, () => send(server, `${head('Content-Length: 10485760')}{`));
  await eventually(() => counts.bodyBytesHeld >= 50);
  assert.equal(counts.bodyBytesHeld, 50);
  assert.equal((await post(server, 900_000)).status, 200);
  assert.equal(counts.bodiesRefused, 0);
  for (const client of clients) client.destroy();
});

test('a body that arrives byte by byte takes at most twice its size', async () => {
  const counts = new EdgeCounts();
  await using server = await startServer({ counts });
  const client = send(server, head('Transfer-Encoding: chunked') + '1\r\n \r\n'.repeat(50_000));
  await eventually(() => counts.bodyBytesHeld >= 50_000);
  assert.ok(counts.bodyBytesHeld <= 100_000, String(counts.bodyBytesHeld));
  client.destroy();
});

test('a single body is accepted even if it exceeds the memory limit, but is refused beside another', async () => {
  const counts = new EdgeCounts();
  await using server = await startServer({ counts, bodyMemory: { total: 1_000, perAddress: 1_000 } });
  assert.equal((await post(server, 500_000)).status, 200);
  const other = send(server, `${head('Content-Length: 9')}{`);
  await eventually(() => counts.bodyBytesHeld > 0);
  await assertFailure(await post(server, 500_000), 'unavailable');
  other.destroy();
});

test('a body that stops arriving releases its memory', async () => {
  const counts = new EdgeCounts();
  await using server = await startServer({ counts, timeouts: { bodyStallMs: 20 } });
  const answers: string[] = [];
  send(server, `${head('Content-Length: 100016')}${' '.repeat(100_000)}`, answers);
  await eventually(() => answers.length > 0);
  assert.match(answers.join(''), /^HTTP\/1\.1 408 [^]*"request_timeout"[^]*stopped arriving/);
  assert.equal(counts.bodyBytesHeld, 0);
});

test('a request with an unsupported type and a body that never arrives is also answered', async () => {
  await using server = await startServer({ timeouts: { bodyStallMs: 20 } });
  const answers: string[] = [];
  send(server, head('Transfer-Encoding: chunked').replace('application/json', 'text/plain'), answers);
  await eventually(() => answers.length > 0);
  assert.match(answers.join(''), /^HTTP\/1\.1 408 /);
});

function memory(limits: { readonly total: number; readonly perAddress: number }): BodyMemory {
  const warnings = new ThrottledLog(createServiceLog('silent', process.stderr));
  return new BodyMemory(limits, { counts: new EdgeCounts(), warnings });
}

test('one address leaves memory for others, and an IPv6 address counts as its network', () => {
  const bodies = memory({ total: 1_000, perAddress: 600 });
  const first = bodies.forBodyFrom('2001:db8::1');
  assert.equal(first.growTo(500), null);
  for (const same of ['2001:db8::2', '2001:db8:0:0:ffff::1', '2001:db8:0:0:1:2:3:4']) {
    assert.match(bodies.forBodyFrom(same).growTo(200)?.message ?? '', /from this address/, same);
  }
  for (const other of ['2001:db8:0:1::1', '::ffff:10.0.0.1', '10.0.0.2', '::1']) {
    const held = bodies.forBodyFrom(other);
    assert.equal(held.growTo(500), null, other);
    held.release();
  }
  const second = bodies.forBodyFrom('10.0.0.1');
  assert.equal(second.growTo(300), null);
  assert.match(second.growTo(501)?.message ?? '', /all addresses together/);
  first.release();
  first.release();
  assert.equal(second.growTo(2_000), null);
});
