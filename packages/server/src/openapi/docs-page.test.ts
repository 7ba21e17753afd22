import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { borrowTestServer } from '../testing/http/borrowed-server.ts';
import { assertFailure } from '../testing/http/envelope-assertions.ts';
import type { TestServer } from '../testing/http/test-server.ts';

let server: TestServer;
before(async () => {
  server = await borrowTestServer();
});
after(() => server[Symbol.asyncDispose]());

function get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return server.fetch('GET', path, { token: null, headers });
}

test('the page shows the document of this server, and uses no external validator', async () => {
  const script = await (await get('/docs/page.js')).text();
  assert.match(script, /url: 'openapi\.json'/);
  assert.match(script, /validatorUrl: null/);
  assert.doesNotMatch(script, /https?:/);
});

test('no other paths exist below the page', async () => {
  for (const path of [
    '/docs/',
    '/docs/nothing.js',
    '/docs/..%2fpackage.json',
    '/docs/a/b',
    '/docs/swagger-ui.js',
  ]) {
    await assertFailure(await get(path), 'not_found');
  }
});
