import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Metrics } from './metrics.ts';

export interface MetricsListener {
  /** The address of the metrics. */
  readonly url: string;
  close(): Promise<void>;
}

export interface MetricsListenerOptions {
  readonly host: string;
  readonly port: number;
  /** Called if the metrics cannot be read. */
  readonly onError: (error: unknown) => void;
}

/** One or two collectors connect; a stalled connection is cut. */
const MAX_CONNECTIONS = 100;
const STALL_MS = 30_000;

/**
 * Starts a second server, which serves only `/metrics`, without a token. Its address must be reachable only by the
 * collector. Rejects if the address cannot be listened on.
 */
export async function listenForMetrics(
  metrics: Pick<Metrics, 'contentType' | 'text'>,
  { host, port, onError }: MetricsListenerOptions,
): Promise<MetricsListener> {
  const server = createServer((request, response) => {
    answer(metrics, request, response).catch((error: unknown) => {
      onError(error);
      answerPlainly(response, 500, 'The metrics cannot be read; the server log has the cause.');
    });
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.timeout = STALL_MS;
  server.listen({ host, port });
  await once(server, 'listening');
  const { address, port: bound, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}/metrics`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function answer(
  metrics: Pick<Metrics, 'contentType' | 'text'>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [path] = (request.url ?? '').split('?');
  if (path !== '/metrics') return answerPlainly(response, 404, 'Not found: this port serves only /metrics.');
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    return answerPlainly(response, 405, 'Method not allowed. Allowed: GET, HEAD.');
  }
  const text = await metrics.text();
  response.setHeader('content-type', metrics.contentType);
  response.end(text);
}

function answerPlainly(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}
