import type { TestServer } from '../http/test-server.ts';
import type { RouteRequest } from './route-requests.ts';

/** An answer of any type, as a test about access sees it. */
export interface Received {
  readonly status: number;
  /** The code of the error; null for a success. */
  readonly code: string | null;
  readonly headers: readonly (readonly [string, string])[];
  readonly text: string;
}

/** Sends a request with these headers as its only credential. */
export async function sendRequest(
  server: TestServer,
  method: string,
  { path, json, body, headers }: Omit<RouteRequest, 'status'>,
  credential: Readonly<Record<string, string>>,
): Promise<Received> {
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const response = await server.fetch(method, path, {
    token: null,
    headers: { ...headers, ...credential },
    ...(hasBody && { json, ...(body !== undefined && { body }) }),
  });
  const text = await response.text();
  const isError = response.status >= 400 && text !== '';
  return {
    status: response.status,
    code: isError ? JSON.parse(text).error.code : null,
    headers: [...response.headers],
    text,
  };
}

/** The answer without what differs between any two requests: their ids, times and the connection. */
export function withoutIdsAndTimes({ status, headers, text }: Received): object {
  return {
    status,
    headers: headers.filter(([name]) => name !== 'x-request-id' && name !== 'date'),
    text: text.replaceAll(/req_\w+/g, 'req').replaceAll(/\d{4}-\d\d-\d\dT[\d:]+Z/g, 'time'),
  };
}
