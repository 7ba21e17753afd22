import { Writable } from 'node:stream';

import type { Credential } from '../../core/credential.ts';
import type { Authenticator } from '../../http/access/authentication.ts';
import { hashToken } from '../../http/access/token.ts';
import { createHttpServer, type HttpServer, type HttpServerOptions } from '../../http/http-server.ts';
import { createServiceLog } from '../../http/observability/service-log.ts';

export interface EdgeServer {
  readonly app: HttpServer;
  readonly url: string;
  readonly port: number;
  /** Every line of the log so far. */
  readonly log: string[];
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/** Starts a server on a free port of this address, with routes that a test registers. */
export async function startEdgeServer(
  register: (app: HttpServer) => void,
  options: Partial<Omit<HttpServerOptions, 'log'>> = {},
  host = '127.0.0.1',
): Promise<EdgeServer> {
  const log: string[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      log.push(String(chunk));
      done();
    },
  });
  const app = createHttpServer({
    authenticator: tokensOf(new Map()),
    bodyMaxBytes: 10_485_760,
    checkResponses: true,
    ...options,
    log: createServiceLog('info', destination),
  });
  register(app);
  const url = await app.listen({ host, port: 0 });
  return { app, url, port: Number(new URL(url).port), log, [Symbol.asyncDispose]: () => app.close() };
}

/** An authenticator that knows these tokens. */
export function tokensOf(credentials: ReadonlyMap<string, Credential>): Authenticator {
  const byHash = new Map(
    [...credentials].map(([token, credential]) => [hashToken(token).toString('hex'), credential]),
  );
  return {
    authenticate: ({ sha256 }) => byHash.get(sha256.toString('hex')) ?? null,
    authenticateSession: (sha256) => byHash.get(sha256.toString('hex')) ?? null,
  };
}
