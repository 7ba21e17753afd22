import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

import type { ClientKind, CrowdEnd, CrowdOrder } from './crowd-order.ts';

/** Started by `crowd.ts`: reports `ready` when all clients are connected, and later how their connections ended. */
process.once('message', (order: CrowdOrder) => {
  void run(order);
});

/** Few enough connections at a time that none has to be retried. */
const CONNECTING_AT_ONCE = 100;
const KINDS: readonly ClientKind[] = ['silent', 'kept', 'headers', 'body'];

interface Ended {
  readonly answer: string;
  readonly seconds: number;
}

async function run(order: CrowdOrder): Promise<void> {
  const clients = new Map<ClientKind, Promise<Ended>[]>();
  for (const kind of KINDS) {
    const ofKind: Promise<Ended>[] = [];
    while (ofKind.length < order.clients[kind]) {
      const many = Math.min(CONNECTING_AT_ONCE, order.clients[kind] - ofKind.length);
      const started = await Promise.all(Array.from({ length: many }, () => startClient(kind, order)));
      ofKind.push(...started.map(({ ended }) => ended));
    }
    clients.set(kind, ofKind);
  }
  process.send?.('ready');
  const report: [ClientKind, CrowdEnd][] = [];
  for (const [kind, ends] of clients) report.push([kind, summary(await Promise.all(ends))]);
  process.send?.(Object.fromEntries(report), () => process.disconnect());
}

/** The promise is in an object so that `await` does not wait for it. */
async function startClient(kind: ClientKind, order: CrowdOrder): Promise<{ readonly ended: Promise<Ended> }> {
  const { hostname, port } = new URL(order.url);
  const socket = connect({ host: hostname, port: Number(port) });
  await once(socket, 'connect');
  if (kind === 'kept') {
    socket.write(`GET /healthz HTTP/1.1\r\nhost: ${hostname}\r\n\r\n`);
    await once(socket, 'data');
  }
  const startedAt = performance.now();
  const trickle = trickleOf(kind, order);
  if (trickle !== null) socket.write(trickle.start);
  const timer = trickle === null ? undefined : setInterval(() => socket.write(trickle.next), 1_000);
  return { ended: ending(socket, startedAt).finally(() => clearInterval(timer)) };
}

/** The bytes that are sent at once, and then those of each second. */
function trickleOf(
  kind: ClientKind,
  { path, token }: CrowdOrder,
): { readonly start: string; readonly next: string } | null {
  const line = `POST ${path} HTTP/1.1\r\nhost: x\r\n`;
  if (kind === 'headers') return { start: `${line}x-slow: `, next: 'x' };
  if (kind !== 'body') return null;
  const headers = 'content-type: application/json\r\ncontent-length: 1000\r\n\r\n';
  return { start: `${line}authorization: Bearer ${token}\r\n${headers}{`, next: ' ' };
}

async function ending(socket: Socket, startedAt: number): Promise<Ended> {
  let answer = 'none';
  socket.on('data', (chunk: Buffer) => {
    // HTTP/1.1 408
    if (answer === 'none') answer = chunk.toString('latin1', 9, 12);
  });
  socket.on('error', () => undefined);
  await once(socket, 'close');
  return { answer, seconds: (performance.now() - startedAt) / 1_000 };
}

function summary(ends: readonly Ended[]): CrowdEnd {
  const answers: Record<string, number> = {};
  for (const { answer } of ends) answers[answer] = (answers[answer] ?? 0) + 1;
  return { answers, longestSeconds: Math.max(...ends.map(({ seconds }) => seconds)) };
}
