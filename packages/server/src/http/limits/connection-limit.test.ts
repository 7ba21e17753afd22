import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';

import { startEdgeServer } from '../../testing/http/edge-server.ts';
import { assertFailureText } from '../../testing/http/envelope-assertions.ts';
import { parseAnswer, sendRaw } from '../../testing/http/raw-request.ts';
import { eventually } from '../../testing/system/waiting.ts';
import { success } from '../envelope.ts';
import { EdgeCounts } from '../observability/edge-counts.ts';

const REQUEST = 'POST /count HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

async function openIdle(port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port });
  await once(socket, 'connect');
  return socket;
}

test('a connection above the limit is answered and closed, and its request has no effect', async () => {
  let counted = 0;
  const counts = new EdgeCounts();
  await using server = await startEdgeServer(
    (app) => {
      app.post('/count', { config: { access: 'public' } }, (request) => {
        counted += 1;
        return success(request, { counted });
      });
    },
    { maxConnections: 2, counts },
  );
  const idle = [await openIdle(server.port), await openIdle(server.port)];
  await eventually(() => counts.connectionsOpen === 2);

  const refused = parseAnswer(await sendRaw(server.port, REQUEST));
  assertFailureText(
    refused.body,
    { status: refused.status, header: (name) => refused.headers.get(name) },
    'unavailable',
  );
  assert.equal(refused.headers.get('connection'), 'close');
  assert.equal(refused.headers.get('retry-after'), '1');
  assert.equal(counted, 0);
  assert.equal(counts.connectionsRefused, 1);
  assert.match(server.log.join(''), /"level":"warn".*connections are refused/);

  idle[0]?.destroy();
  await eventually(() => counts.connectionsOpen === 1);
  assert.equal(parseAnswer(await sendRaw(server.port, REQUEST)).status, 200);
  assert.equal(counted, 1);
  idle[1]?.destroy();
});

test('of very many connections above the limit, most are closed without an answer', async () => {
  const counts = new EdgeCounts();
  await using server = await startEdgeServer(() => {}, { maxConnections: 1, counts });
  const sockets = await Promise.all(Array.from({ length: 150 }, () => openIdle(server.port)));
  // They neither read nor end, so they stay open until their timeout.
  await eventually(() => counts.connectionsRefused === 149);
  assert.equal(counts.connectionsOpen, 1);
  for (const socket of sockets) socket.destroy();
});
