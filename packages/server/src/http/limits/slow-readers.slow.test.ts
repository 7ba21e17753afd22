import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';

import { type EdgeServer, startEdgeServer } from '../../testing/http/edge-server.ts';
import { nextEvent } from '../../testing/system/waiting.ts';
import { success } from '../envelope.ts';
import { EdgeCounts } from '../observability/edge-counts.ts';

/** More than the system buffers for a connection. */
const LARGE = 'x'.repeat(40_000_000);
const PAUSE_MS = 200;

async function startServer(counts: EdgeCounts, answerStallMs: number): Promise<EdgeServer> {
  return startEdgeServer(
    (app) => {
      app.get('/large', { config: { access: 'public' } }, (request) => success(request, { LARGE }));
      app.get('/long', { config: { access: 'public' } }, async (request) => {
        // The timer of the earlier answer expires before this answer is ready.
        await nextEvent(app.server, 'timeout');
        return success(request, { done: true });
      });
    },
    { timeouts: { answerStallMs }, counts },
  );
}

function ask(port: number, paths: readonly string[]): Socket {
  const socket = connect({ host: '127.0.0.1', port });
  for (const path of paths) socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
  return socket;
}

async function connectionAt(server: EdgeServer): Promise<Socket> {
  const [connection]: Socket[] = await nextEvent(server.app.server, 'connection');
  assert.ok(connection !== undefined);
  return connection;
}

test('a client that does not read its answer is disconnected', async () => {
  const counts = new EdgeCounts();
  await using server = await startServer(counts, 60);
  const connected = connectionAt(server);
  const client = ask(server.port, ['/large']);
  client.on('error', () => undefined);
  client.pause();
  await nextEvent(await connected, 'close');
  assert.equal(counts.connectionsCut.answer, 1);
  assert.equal(counts.connectionsOpen, 0);
  assert.match(server.log.join(''), /"level":"warn".*does not read the answer/);
  client.destroy();
});

test('a client that reads slowly receives its answer', async () => {
  const counts = new EdgeCounts();
  const stallMs = 3_000;
  await using server = await startServer(counts, stallMs);
  const client = ask(server.port, ['/large']);
  let received = 0;
  let pausedMs = 0;
  client.on('data', (chunk: Buffer) => {
    received += chunk.length;
    // Each pause is much shorter than the limit; their sum is longer.
    if (received % 2_000_000 < chunk.length) {
      client.pause();
      pausedMs += PAUSE_MS;
      void setTimeout(PAUSE_MS).then(() => client.resume());
    }
  });
  while (received < LARGE.length) await nextEvent(client, 'data');
  assert.ok(pausedMs > stallMs, `${pausedMs}`);
  assert.equal(counts.connectionsCut.answer, 0);
  client.destroy();
});

test('an answer that takes long to compute is not cut off, even after a large one on the same connection', async () => {
  const counts = new EdgeCounts();
  await using server = await startServer(counts, 2_000);
  const client = ask(server.port, ['/large', '/long']);
  let end = '';
  client.on('data', (chunk: Buffer) => {
    end = (end + chunk.subarray(-2_000).toString('latin1')).slice(-4_000);
  });
  while (!end.includes('"done":true')) await nextEvent(client, 'data');
  assert.equal(counts.connectionsCut.answer, 0);
  client.destroy();
});
