import { Connection } from './connection.ts';
import type { LoadOrder, LoadReport, LoadRequest } from './load-order.ts';

/** Started by `load.ts`: keeps a number of connections busy, each with one request at a time. */
process.once('message', (order: LoadOrder) => {
  void run(order).then((report) => process.send?.(report, () => process.disconnect()));
});

async function run(order: LoadOrder): Promise<LoadReport> {
  const { hostname, port } = new URL(order.url);
  const connections = await Promise.all(
    Array.from({ length: order.connections }, () => Connection.open(hostname, Number(port))),
  );
  const nextRequest = requestWriter(order);
  const start = performance.now() + order.warmUpMs;
  const end = start + order.durationMs;
  const latenciesMs: number[] = [];
  const statuses: Record<string, number> = {};
  const keepBusy = async (connection: Connection) => {
    for (let sentAt = performance.now(); sentAt < end; sentAt = performance.now()) {
      const status = await connection.send(nextRequest());
      const answeredAt = performance.now();
      if (sentAt < start || answeredAt > end) continue;
      latenciesMs.push(answeredAt - sentAt);
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
    connection.close();
  };
  await Promise.all(connections.map(keepBusy));
  return { perSecond: (latenciesMs.length / order.durationMs) * 1_000, ...quantiles(latenciesMs), statuses };
}

/** @returns a function that returns the bytes of the next request. */
function requestWriter({ url, request }: LoadOrder): () => Buffer {
  const { host } = new URL(url);
  const { method, path, token, body = '', headers = {} }: LoadRequest = request;
  const type =
    body === ''
      ? ''
      : `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(withSequence(body, 0))}\r\n`;
  const more = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${token}\r\n${type}${more.join('')}\r\n`;
  let sequence = 0;
  return () => Buffer.from(withSequence(head + body, sequence++));
}

function withSequence(body: string, sequence: number): string {
  return body.replaceAll('{sequence}', String(sequence).padStart(9, '0'));
}

function quantiles(latenciesMs: readonly number[]): Pick<LoadReport, 'medianMs' | 'p99Ms' | 'maxMs'> {
  const sorted = Float64Array.from(latenciesMs).toSorted();
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
  return { medianMs: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
}
