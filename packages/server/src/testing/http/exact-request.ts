import { type Agent, type IncomingHttpHeaders, request } from 'node:http';
import { text } from 'node:stream/consumers';

/** A request whose target is sent unchanged: `fetch` normalizes `..` and some characters. */
export interface ExactRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

export interface ExactAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export async function sendExactly(url: string, requested: ExactRequest, agent: Agent): Promise<ExactAnswer> {
  const { method, target, headers, body } = requested;
  const { hostname, port } = new URL(url);
  const length = body === null ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const { promise, resolve, reject } = Promise.withResolvers<ExactAnswer>();
  const options = { agent, hostname, port, method, path: target, headers: { ...headers, ...length } };
  const sent = request(options, (response) => {
    const { statusCode = 0, headers: received } = response;
    text(response).then(
      (content) => resolve({ status: statusCode, headers: received, text: content }),
      reject,
    );
  });
  sent.on('error', reject);
  sent.end(body ?? undefined);
  return promise;
}
