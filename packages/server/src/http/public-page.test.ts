import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { borrowTestServer } from '../testing/http/borrowed-server.ts';
import type { TestServer } from '../testing/http/test-server.ts';

let server: TestServer;
before(async () => {
  server = await borrowTestServer();
});
after(() => server[Symbol.asyncDispose]());

function get(target: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return server.fetch('GET', target, { token: null, headers });
}

const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
};

for (const [url, files] of [
  ['/docs', 4],
  ['/sign-in', 2],
] as const) {
  test(`${url} is HTML that may load scripts and styles only from this server, and no inline ones`, async () => {
    const response = await get(url);
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

  test(`everything that ${url} loads exists, has the right type, and is answered with 304 if it has not changed`, async () => {
    const page = await (await get(url)).text();
    const loaded = [...page.matchAll(/(?:src|stylesheet" href)="([^"]+)"/g)].map(([, path]) => String(path));
    assert.equal(loaded.length, files);
    for (const file of loaded) {
      const response = await get(new URL(file, server.url + url).pathname);
      assert.equal(response.status, 200, file);
      assert.equal(response.headers.get('content-type'), TYPES[file.split('.').at(-1) ?? ''], file);
      assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
      assert.ok((await response.text()).length > 10, file);
      const etag = String(response.headers.get('etag'));
      assert.equal((await get(`/${file}`, { 'if-none-match': etag })).status, 304, file);
    }
  });
}
