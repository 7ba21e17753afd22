import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';

import { Type } from 'typebox';

import { type EdgeServer, startEdgeServer, tokensOf } from '../../testing/http/edge-server.ts';
import { assertFailure } from '../../testing/http/envelope-assertions.ts';
import { nextEvent } from '../../testing/system/waiting.ts';
import { success } from '../envelope.ts';
import { EdgeCounts } from '../observability/edge-counts.ts';
import { takeByteStreams } from './body-parsing.ts';

const MAX_BYTES = 1_048_576;
const counts = new EdgeCounts();
let server: EdgeServer;
before(async () => {
  server = await startEdgeServer(
    (app) => {
      const schema = {
        body: Type.Object({ text: Type.Optional(Type.Unknown()) }, { additionalProperties: false }),
      };
      app.post('/notes', { config: { access: 'admin' }, schema }, (request) =>
        success(request, request.body),
      );
      app.post('/public', { config: { access: 'public' }, schema }, (request) =>
        success(request, request.body),
      );
      void app.register((scope, _options, done) => {
        takeByteStreams(scope, ['application/octet-stream']);
        const config = { access: 'admin', body: 'stream' } as const;
        scope.post('/bytes', { config }, (request) => success(request, {}));
        done();
      });
    },
    { authenticator: tokensOf(new Map([['adm', { kind: 'admin' }]])), bodyMaxBytes: MAX_BYTES, counts },
  );
});
after(() => server.app.close());

interface Sent {
  readonly path?: string;
  readonly encoding?: string;
  readonly type?: string;
}

function post(body: Buffer, { path = '/notes', encoding = 'gzip', type = 'application/json' }: Sent = {}) {
  const headers = { authorization: 'Bearer adm', 'content-type': type, 'content-encoding': encoding };
  return fetch(server.url + path, { method: 'POST', body: new Uint8Array(body), headers });
}

async function dataOf(response: Response): Promise<unknown> {
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return JSON.parse(text).data;
}

describe('a body compressed with gzip', () => {
  test('is read like any other', async () => {
    for (const text of [
      '',
      'naïve 😀',
      'a'.repeat(200_000),
      Array.from({ length: 9_000 }, (_, index) => index),
    ]) {
      const body = Buffer.from(JSON.stringify({ text }));
      for (const encoding of ['gzip', 'x-gzip', 'GZIP', 'identity, gzip'])
        assert.deepEqual(await dataOf(await post(gzipSync(body), { encoding })), { text });
    }
  });

  test('may have several parts', async () => {
    const parts = Buffer.concat([gzipSync('{"text":'), gzipSync('"a"}')]);
    assert.deepEqual(await dataOf(await post(parts)), { text: 'a' });
  });

  test('counts as an object without fields if it is empty', async () => {
    assert.deepEqual(await dataOf(await post(Buffer.alloc(0))), {});
    assert.deepEqual(await dataOf(await post(gzipSync(''))), {});
  });

  test('is refused if its gzip is cut off or altered, or is none', async () => {
    const whole = gzipSync(JSON.stringify({ text: 'a'.repeat(1_000) }));
    const altered = Buffer.from(whole);
    altered.writeUInt8(altered.readUInt8(altered.length - 6) ^ 1, altered.length - 6);
    for (const body of [whole.subarray(0, -1), whole.subarray(0, 12), altered, Buffer.from('{"text":"a"}')]) {
      const error = await assertFailure(await post(body), 'malformed_request');
      assert.match(error.message, /^The body is not valid gzip: /);
    }
  });

  test('is refused if the JSON in it is wrong, with the place', async () => {
    const error = await assertFailure(await post(gzipSync('{\n"text":yes}')), 'invalid_json');
    assert.match(error.message, /line 2, column 8/);
  });

  test('may be as large as another body when it is decompressed, and no larger', async () => {
    const text = 'a'.repeat(MAX_BYTES - '{"text":""}'.length);
    assert.deepEqual(await dataOf(await post(gzipSync(JSON.stringify({ text })))), { text });
    const error = await assertFailure(
      await post(gzipSync(JSON.stringify({ text: `${text}a` }))),
      'payload_too_large',
    );
    assert.match(error.message, /1048576/);
    await assertFailure(await post(gzipSync('a'.repeat(16_385)), { path: '/public' }), 'payload_too_large');
  });

  test('is refused as soon as too much came out, however much would follow', async () => {
    const bomb = gzipSync(Buffer.alloc(200 * MAX_BYTES), { level: 9 });
    assert.ok(bomb.byteLength < MAX_BYTES);
    const sizeBefore = process.memoryUsage.rss();
    await Promise.all(
      Array.from({ length: 20 }, async () => assertFailure(await post(bomb), 'payload_too_large')),
    );
    assert.ok(process.memoryUsage.rss() - sizeBefore < 100 * MAX_BYTES, 'one whole bomb has 200 MiB');
    assert.equal(counts.bodyBytesHeld, 0);
  });

  test('is refused while it still arrives', async () => {
    const bomb = gzipSync(Buffer.alloc(8 * MAX_BYTES));
    const socket = connect({ host: '127.0.0.1', port: server.port });
    socket.write(
      'POST /notes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer adm\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    const part = bomb.subarray(0, bomb.byteLength / 2);
    socket.write(`${part.byteLength.toString(16)}\r\n`);
    socket.write(part);
    const [answer] = await nextEvent(socket, 'data');
    assert.match(String(answer), /^HTTP\/1\.1 413 /);
    socket.destroy();
  });

  test('is refused if its compressed bytes never end, even if nothing comes out', async () => {
    const empty = gzipSync('');
    const body = Buffer.concat(
      Array.from({ length: Math.ceil(MAX_BYTES / empty.byteLength) + 1 }, () => empty),
    );
    const stream = new Blob([new Uint8Array(body)]).stream();
    const headers = {
      authorization: 'Bearer adm',
      'content-type': 'application/json',
      'content-encoding': 'gzip',
    };
    const init = { method: 'POST', body: stream, headers, duplex: 'half' } as const;
    await assertFailure(await fetch(`${server.url}/notes`, init), 'payload_too_large');
  });

  test('leaves nothing behind if its client disconnects', async () => {
    const socket = connect({ host: '127.0.0.1', port: server.port });
    socket.write(
      'POST /notes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer adm\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: 100000\r\n\r\n',
    );
    socket.resume().end(gzipSync('a'.repeat(100_000)));
    await nextEvent(socket, 'end');
    assert.deepEqual(await dataOf(await post(gzipSync('{}'))), {});
    assert.equal(counts.bodyBytesHeld, 0);
  });
});

test('any other Content-Encoding is refused, and the answer names the supported one', async () => {
  const json = '{"text":"a"}';
  for (const [encoding, body] of [
    ['br', brotliCompressSync(json)],
    ['deflate', deflateSync(json)],
    ['gzip, gzip', gzipSync(gzipSync(json))],
    ['nonsense', Buffer.from(json)],
  ] as const) {
    const response = await post(body, { encoding });
    assert.equal(response.headers.get('accept-encoding'), 'gzip, identity');
    await assertFailure(response, 'unsupported_media_type');
  }
  assert.deepEqual(await dataOf(await post(Buffer.from(json), { encoding: 'identity' })), { text: 'a' });
  const type = 'application/octet-stream';
  const file = await post(gzipSync('file'), { path: '/bytes', type });
  assert.equal(file.headers.get('accept-encoding'), 'identity');
  await assertFailure(file, 'unsupported_media_type');
});
