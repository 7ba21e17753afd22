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

const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
};

test('the page is HTML that may load scripts and styles only from this server, and no inline ones', async () => {
  const response = await get('/docs');
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-type'), 'text/html; charset=utf-8');
  assert.equal(response.headers.get('cache-control'), 'no-cache');
  const policy = String(response.headers.get('content-security-policy')).split('; ');
  assert.ok(policy.includes("default-src 'none'"));
  assert.ok(policy.includes("frame-ancestors 'none'"));
  for (const directive of ['script-src', 'style-src', 'connect-src']) {
    assert.ok(policy.includes(`${directive} 'self'`), directive);
  }
  const page = await response.text();
  assert.doesNotMatch(page, /<script>|<style|\sstyle=|\son\w+=|https?:/);
});

test('everything that the page loads exists, has the right type, and is answered with 304 if it has not changed', async () => {
  const page = await (await get('/docs')).text();
  const loaded = [...page.matchAll(/(?:src|stylesheet" href)="([^"]+)"/g)].map(([, path]) => String(path));
  assert.equal(loaded.length, 4);
  for (const path of loaded) {
    const response = await get(new URL(path, `${server.url}/docs`).pathname);
    assert.equal(response.status, 200, path);
    assert.equal(response.headers.get('content-type'), TYPES[path.split('.').at(-1) ?? ''], path);
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
    assert.ok((await response.text()).length > 10, path);
    const etag = String(response.headers.get('etag'));
    assert.equal((await get(`/${path}`, { 'if-none-match': etag })).status, 304, path);
  }
});

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
