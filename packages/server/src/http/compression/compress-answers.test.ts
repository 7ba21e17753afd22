import assert from 'node:assert/strict';
import { type IncomingHttpHeaders, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';

import { borrowTestServer } from '../../testing/http/borrowed-server.ts';
import { exportNow } from '../../testing/http/exports.ts';
import { ADMIN_TOKEN, startTestServer, type TestServer } from '../../testing/http/test-server.ts';

let server: TestServer;
before(async () => {
  server = await borrowTestServer();
  await server.createProject('shop');
  await server.call('POST', '/projects/shop/table', {
    json: { table_name: 'goods', columns: [{ column_name: 'name' }] },
  });
  const rows = Array.from({ length: 400 }, (_, index) => ({ name: `naïve ware ${index}` }));
  await server.call('POST', '/projects/shop/records/goods', { json: { rows } });
});
after(() => server[Symbol.asyncDispose]());

interface Received {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
}

interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
}

/** Receives an answer as it is sent: `fetch` would decompress it. */
async function receive(
  { url }: TestServer,
  path: string,
  { method = 'GET', headers = {}, json }: Sent = {},
): Promise<Received> {
  const { promise, resolve, reject } = Promise.withResolvers<Received>();
  const type = json === undefined ? {} : { 'content-type': 'application/json' };
  const all = { authorization: `Bearer ${ADMIN_TOKEN}`, ...type, ...headers };
  const sent = request(url + path, { method, headers: all }, (response) => {
    const { statusCode = 0, headers: received } = response;
    buffer(response).then((bytes) => resolve({ status: statusCode, headers: received, bytes }), reject);
  });
  sent.on('error', reject);
  sent.end(json === undefined ? undefined : JSON.stringify(json));
  return promise;
}

const DECOMPRESS = { gzip: gunzipSync, br: brotliDecompressSync, zstd: zstdDecompressSync } as const;
const LIST = '/projects/shop/records/goods?limit=400';
/** Shorter than what is handed to another thread. */
const SHORT_LIST = '/projects/shop/records/goods?limit=40';

/** Returns the parts of an answer that every request has in common. */
function common(bytes: Buffer): unknown {
  const { ok, data, error } = JSON.parse(bytes.toString('utf8'));
  return { ok, data, error };
}

test('a long answer is compressed as the client asks, and is the same when decompressed', async () => {
  for (const path of [LIST, SHORT_LIST]) {
    const plain = await receive(server, path);
    assert.equal(plain.headers['content-encoding'], undefined);
    assert.equal(plain.headers.vary, 'Accept-Encoding');
    for (const [encoding, decompress] of Object.entries(DECOMPRESS)) {
      const headers = { 'accept-encoding': encoding };
      const answer = await receive(server, path, { headers });
      assert.equal(answer.headers['content-encoding'], encoding);
      assert.equal(answer.headers['content-type'], 'application/json; charset=utf-8');
      assert.equal(answer.headers.vary, 'Accept-Encoding');
      assert.equal(answer.headers['content-length'], String(answer.bytes.byteLength));
      assert.ok(answer.bytes.byteLength * 3 < plain.bytes.byteLength);
      assert.deepEqual(common(decompress(answer.bytes)), common(plain.bytes));
    }
  }
});

test('HEAD has the headers of GET', async () => {
  for (const encoding of ['gzip', 'br', 'zstd', 'identity']) {
    const headers = { 'accept-encoding': encoding };
    const got = await receive(server, LIST, { headers });
    const head = await receive(server, LIST, { method: 'HEAD', headers });
    assert.equal(head.bytes.byteLength, 0);
    for (const name of ['content-encoding', 'content-type', 'vary', 'cache-control'])
      assert.equal(head.headers[name], got.headers[name], name);
    // The request id differs, and so may the size of the compressed bytes.
    const difference = Number(head.headers['content-length']) - got.bytes.byteLength;
    assert.ok(Math.abs(difference) < 40, `${encoding}: ${difference}`);
  }
});

test('a short answer is sent as it is, unless the client refuses that', async () => {
  const path = '/projects/shop/records/goods/1';
  const short = await receive(server, path, { headers: { 'accept-encoding': 'gzip' } });
  assert.equal(short.headers['content-encoding'], undefined);
  assert.equal(short.headers.vary, 'Accept-Encoding');
  const strict = await receive(server, path, { headers: { 'accept-encoding': 'gzip, identity;q=0' } });
  assert.equal(strict.headers['content-encoding'], 'gzip');
  assert.deepEqual(common(gunzipSync(strict.bytes)), common(short.bytes));
});

/** Creates a record with a name of this length. */
async function named(length: number): Promise<Received> {
  const made = await receive(server, '/projects/shop/records/goods', {
    method: 'POST',
    headers: { 'accept-encoding': 'gzip' },
    json: { name: 'a'.repeat(length) },
  });
  assert.equal(made.status, 201);
  return made;
}

test('the limit is 1 KiB', async () => {
  const size = (await named(100)).bytes.byteLength - 100;
  assert.equal((await named(1_023 - size)).headers['content-encoding'], undefined);
  assert.equal((await named(1_024 - size)).headers['content-encoding'], 'gzip');
});

test('a long error is compressed', async () => {
  const columns = Array.from({ length: 30 }, () => ({ column_name: '7' }));
  const answer = await receive(server, '/projects/shop/table', {
    method: 'POST',
    headers: { 'accept-encoding': 'gzip' },
    json: { table_name: 'x', columns },
  });
  assert.deepEqual([answer.status, answer.headers['content-encoding']], [400, 'gzip']);
  assert.equal(JSON.parse(gunzipSync(answer.bytes).toString()).error.code, 'validation_failed');
});

test('a replayed answer is compressed as its own request asks', async () => {
  const rows = Array.from({ length: 40 }, (_, index) => ({ name: `once ${index}` }));
  const once = (encoding: string) =>
    receive(server, '/projects/shop/records/goods', {
      method: 'POST',
      headers: { 'accept-encoding': encoding, 'idempotency-key': 'compressed' },
      json: { rows },
    });
  const first = await once('identity');
  const second = await once('gzip');
  assert.deepEqual(
    [second.headers['content-encoding'], second.headers['idempotency-replayed']],
    ['gzip', 'true'],
  );
  assert.deepEqual(common(gunzipSync(second.bytes)), common(first.bytes));
});

test('a download is never compressed', async () => {
  for (const [what, format] of [
    ['table/goods', 'json'],
    ['table/goods', 'csv'],
    ['schema', 'json'],
  ] as const) {
    const made = await exportNow(server, 'shop', what, { format });
    const headers = { 'accept-encoding': 'gzip, identity;q=0' };
    const file = await receive(server, made.download_url, { headers });
    assert.equal(file.headers['content-encoding'], undefined);
    assert.equal(file.headers.vary, undefined);
    assert.equal(file.bytes.byteLength, made.size_bytes);
  }
});

test('the OpenAPI document is compressed, and its tag is that of its content', async () => {
  const headers = { 'accept-encoding': 'gzip' };
  const plain = await receive(server, '/openapi.json');
  const answer = await receive(server, '/openapi.json', { headers });
  assert.equal(answer.headers['content-encoding'], 'gzip');
  assert.deepEqual(gunzipSync(answer.bytes), plain.bytes);
  assert.match(String(answer.headers.etag), /^W\//);
  assert.equal(answer.headers.etag, plain.headers.etag);
  const again = await receive(server, '/openapi.json', {
    headers: { ...headers, 'if-none-match': String(answer.headers.etag) },
  });
  assert.deepEqual([again.status, again.headers.vary], [304, 'Accept-Encoding']);
});

test('ROWHOUSE_COMPRESSION=off compresses nothing', async () => {
  await using plain = await startTestServer({ compression: 'off' });
  const answer = await receive(plain, '/openapi.json', {
    headers: { 'accept-encoding': 'gzip, identity;q=0' },
  });
  assert.equal(answer.headers['content-encoding'], undefined);
  assert.equal(JSON.parse(answer.bytes.toString('utf8')).openapi, '3.1.1');
});
