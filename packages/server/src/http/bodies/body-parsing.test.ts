import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Type } from 'typebox';

import { type EdgeServer, startEdgeServer, tokensOf } from '../../testing/http/edge-server.ts';
import { assertFailure, assertFailureText } from '../../testing/http/envelope-assertions.ts';
import { parseAnswer, sendRaw } from '../../testing/http/raw-request.ts';
import { success } from '../envelope.ts';
import type { HttpServer } from '../http-server.ts';
import { takeByteStreams } from './body-parsing.ts';

const config = { access: 'admin' } as const;
const authenticator = tokensOf(new Map([['adm', { kind: 'admin' }]]));
const authorization = 'Bearer adm';

function registerRoutes(app: HttpServer): void {
  app.post(
    '/notes',
    {
      config,
      schema: {
        body: Type.Object({ text: Type.Optional(Type.Unknown()) }, { additionalProperties: false }),
      },
    },
    (request) => success(request, request.body),
  );
  app.delete('/notes', { config }, (request) => success(request, { deleted: true }));
  void app.register((scope, _options, done) => {
    takeByteStreams(scope, ['application/octet-stream']);
    scope.post('/bytes', { config: { access: 'admin', body: 'stream' } }, async (request) => {
      let size = 0;
      if (isByteStream(request.body)) for await (const chunk of request.body) size += chunk.length;
      return success(request, { size });
    });
    done();
  });
}

function isByteStream(body: unknown): body is AsyncIterable<Uint8Array> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}

let server: EdgeServer;
before(async () => {
  server = await startEdgeServer(registerRoutes, { authenticator });
});
after(() => server.app.close());

function post(
  body: string | Uint8Array<ArrayBuffer>,
  contentType: string | null = 'application/json',
  path = '/notes',
): Promise<Response> {
  // fetch sends no Content-Type only for a Blob without a type.
  const bytes = contentType === null ? new Blob([String(body)]) : body;
  const headers = { authorization, ...(contentType !== null && { 'content-type': contentType }) };
  return fetch(server.url + path, { method: 'POST', body: bytes, headers });
}

async function dataOf(response: Response): Promise<unknown> {
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return JSON.parse(text).data;
}

describe('a JSON body', () => {
  test('is accepted with or without a charset, with the type in any case', async () => {
    for (const type of [
      'application/json',
      'application/json; charset=utf-8',
      'Application/JSON;charset=UTF-8',
    ]) {
      assert.deepEqual(await dataOf(await post('{"text":"naïve 😀"}', type)), { text: 'naïve 😀' });
    }
  });

  test('keeps the exact text of every value', async () => {
    const text = [null, '12', 12, 1.5, true, '', { a: [] }];
    assert.deepEqual(await dataOf(await post(JSON.stringify({ text }))), { text });
  });

  test('counts as an object without fields if it is empty', async () => {
    assert.deepEqual(await dataOf(await post('')), {});
    assert.deepEqual(await dataOf(await post('', null)), {});
    assert.deepEqual(await dataOf(await post('', 'text/plain')), {});
    assert.deepEqual(
      await dataOf(await fetch(`${server.url}/notes`, { method: 'POST', headers: { authorization } })),
      {},
    );
    const chunked =
      'POST /notes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer adm\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n';
    assert.deepEqual(JSON.parse(parseAnswer(await sendRaw(server.port, chunked)).body).data, {});
  });

  test('is refused if it is not an object', async () => {
    for (const body of ['[]', '[{"text":"a"}]', '1', '"a"', 'null', 'true', ' null ']) {
      const error = await assertFailure(await post(body), 'validation_failed');
      assert.deepEqual(error.details, [{ field: 'body', message: 'must be an object' }], body);
    }
  });

  test('is refused in any size by a route without a body', async () => {
    const response = await fetch(`${server.url}/notes`, {
      method: 'DELETE',
      body: '{"all":true}',
      headers: { authorization, 'content-type': 'application/json' },
    });
    const error = await assertFailure(response, 'validation_failed');
    assert.equal(error.details?.[0]?.field, 'body.all');
    assert.deepEqual(
      await dataOf(await fetch(`${server.url}/notes`, { method: 'DELETE', headers: { authorization } })),
      {
        deleted: true,
      },
    );
  });
});

const malformed: readonly (readonly [
  what: string,
  body: string | Uint8Array,
  line: number,
  column: number,
])[] = [
  ['a lone brace', '{', 1, 2],
  ['a word', '{"text":yes}', 1, 9],
  ['a trailing comma', '{\n  "text": "a",\n}', 3, 1],
  ['a missing comma', '{"text":"a" "b":1}', 1, 13],
  ['text after the end', '{"text":"a"}\n{}', 2, 1],
  ['only spaces', '  \n ', 2, 2],
  ['a byte order mark', '\u{feff}{"text":"a"}', 1, 1],
  ['bytes that are not UTF-8', Buffer.from('{\n"text":"\xff"}', 'latin1'), 2, 9],
  [
    'a character cut in half, after a real U+FFFD',
    Buffer.concat([Buffer.from('{"text":"\u{fffd}'), Buffer.from([0xe2, 0x82]), Buffer.from('"}')]),
    1,
    11,
  ],
];

describe('a body that is not JSON', () => {
  for (const [what, body, line, column] of malformed) {
    test(`${what}: reported at line ${line}, column ${column}`, async () => {
      const error = await assertFailure(await post(new Uint8Array(Buffer.from(body))), 'invalid_json');
      assert.match(error.message, new RegExp(`line ${line}, column ${column},`));
    });
  }

  test('leaves the connection usable', async () => {
    const refused =
      'POST /notes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer adm\r\nContent-Type: application/json\r\nContent-Length: 1\r\n\r\n{';
    const next =
      'POST /notes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer adm\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';
    const answers = await sendRaw(server.port, refused + next);
    assert.match(answers, /^HTTP\/1\.1 400 [^]*"invalid_json"[^]*HTTP\/1\.1 200 /);
  });
});

test('a body with keys that reach object prototypes is refused in every spelling', async () => {
  const cases = [
    ['{"__proto__":{"admin":true}}', 'body.__proto__'],
    ['{"text":[{"__proto__":1,"__proto__":2}]}', 'body.text[0].__proto__'],
    ['{"text":{"\\u005f_proto__":1}}', 'body.text.__proto__'],
    ['{"text":{"constructor":{"prototype":{"admin":true}}}}', 'body.text.constructor'],
  ] as const;
  for (const [body, field] of cases) {
    const error = await assertFailure(await post(body), 'validation_failed');
    assert.equal(error.details?.[0]?.field, field);
  }
});

test('a column may be named constructor, and text may contain __proto__', async () => {
  const text = { constructor: 'Le Corbusier', note: '__proto__' };
  assert.deepEqual(await dataOf(await post(JSON.stringify({ text }))), { text });
});

describe('a body with another type', () => {
  test('is refused, and the answer names the accepted type', async () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/jsonp',
      'nonsense',
      null,
    ]) {
      const error = await assertFailure(await post('{"text":"a"}', type), 'unsupported_media_type');
      if (type !== 'nonsense') assert.match(error.message, /application\/json/);
    }
  });
});

describe('a body above the limit', () => {
  const elevenMiB = new Uint8Array(11 * 1_048_576).fill(0x20);

  test('is refused by its Content-Length, and the answer names the limit', async () => {
    const error = await assertFailure(await post(elevenMiB), 'payload_too_large');
    assert.match(error.message, /10485760/);
  });

  test('is refused when it exceeds the limit while it arrives', async () => {
    const body = new ReadableStream({
      start(controller) {
        for (let offset = 0; offset < elevenMiB.length; offset += 65_536) {
          controller.enqueue(elevenMiB.subarray(offset, offset + 65_536));
        }
        controller.close();
      },
    });
    const init = {
      method: 'POST',
      body,
      headers: { authorization, 'content-type': 'application/json' },
      duplex: 'half',
    } as const;
    const error = await assertFailure(await fetch(`${server.url}/notes`, init), 'payload_too_large');
    assert.match(error.message, /10485760/);
  });

  test('is refused even if it exceeds the limit by one byte', async () => {
    const text = 'a'.repeat(10_485_760 - '{"text":""}'.length);
    const response = await post(JSON.stringify({ text }));
    assert.equal(response.status, 200);
    await response.body?.cancel();
    await assertFailure(await post(JSON.stringify({ text: `${text}a` })), 'payload_too_large');
  });
});

test('a body that does not arrive in time is answered with request_timeout', async () => {
  await using impatient = await startEdgeServer(registerRoutes, { authenticator, timeouts: { bodyMs: 20 } });
  const bytes =
    'POST /notes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer adm\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{';
  const answer = parseAnswer(await sendRaw(impatient.port, bytes));
  assertFailureText(
    answer.body,
    { status: answer.status, header: (name) => answer.headers.get(name) },
    'request_timeout',
  );
});

describe('a route for a stream of bytes', () => {
  test('receives them, even above the limit of JSON bodies', async () => {
    const response = await post(new Uint8Array(11 * 1_048_576), 'application/octet-stream', '/bytes');
    assert.deepEqual(await dataOf(response), { size: 11 * 1_048_576 });
  });

  test('refuses other types, and names the accepted ones', async () => {
    const error = await assertFailure(
      await post('{}', 'application/json', '/bytes'),
      'unsupported_media_type',
    );
    assert.match(error.message, /application\/octet-stream/);
  });
});

test('a client that never ends a refused body receives its answer and is disconnected', async () => {
  await using impatient = await startEdgeServer(registerRoutes, {
    authenticator,
    timeouts: { lingerMs: 20 },
  });
  const bytes =
    'POST /nowhere HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer adm\r\nContent-Length: 1000000\r\n\r\n{';
  assert.equal(parseAnswer(await sendRaw(impatient.port, bytes)).status, 404);
});

test('a client that ends a refused body may send more requests', async () => {
  const refused = `POST /nowhere HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer adm\r\nContent-Length: 100000\r\n\r\n${'a'.repeat(100_000)}`;
  const next =
    'POST /notes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer adm\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';
  assert.match(await sendRaw(server.port, refused + next), /^HTTP\/1\.1 404 [^]*HTTP\/1\.1 200 /);
});
