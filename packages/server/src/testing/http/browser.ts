import assert from 'node:assert/strict';

import type { Answer, CallOptions, TestServer } from './test-server.ts';

/** A browser with a page of the server, which keeps the cookie of its session. */
export interface Browser {
  /** The cookie as it was set, with its attributes. */
  readonly setCookie: string;
  /** What the log-in answered. */
  readonly signedIn: Answer['body']['data'];
  call(method: string, path: string, options?: Omit<CallOptions, 'token'>): Promise<Answer>;
}

export interface SignInFields {
  readonly username?: string;
  readonly password?: string;
  readonly project_slug?: string;
  readonly code?: string;
}

/** Signs in with a password, or with the code of a link. */
export async function signIn(server: TestServer, json: SignInFields): Promise<Browser> {
  const answer = await server.call('POST', '/auth/sessions', { token: null, json });
  assert.equal(answer.status, 201, JSON.stringify(answer.body.error));
  const setCookie = answer.headers.get('set-cookie') ?? '';
  const [cookie = ''] = setCookie.split(';');
  return {
    setCookie,
    signedIn: answer.body.data,
    call: (method, path, options = {}) => {
      const headers = { cookie, origin: server.url, ...options.headers };
      return server.call(method, path, { ...options, token: null, headers });
    },
  };
}
